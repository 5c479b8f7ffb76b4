using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Bundles;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>Which guard a report is about: every file that decides what it reads, sees and says, by its digest.</summary>
public sealed record ReportGuard
{
    /// <summary>The decoder's name.</summary>
    public required string Decoder { get; init; }

    /// <summary>SHA-256 of <c>safeswitch.json</c>, which names all the others.</summary>
    public required string ManifestSha256 { get; init; }

    /// <summary>Decoder, tokenizer, chat template, probes and adapters.</summary>
    public required IReadOnlyList<FileDigest> Files { get; init; }

    /// <summary>The probes, as the bundle describes them.</summary>
    public required IReadOnlyList<ReportPart> Parts { get; init; }

    /// <summary>Whether the bundle names the very rows that it was made of; otherwise the report can only go by sources, or by nothing.</summary>
    public required bool KnowsItsRows { get; init; }

    internal static ReportGuard Of(Bundle bundle) => new()
    {
        Decoder = bundle.Manifest.Decoder.Name,
        ManifestSha256 = DataFile.Sha256(bundle.PathOf(Bundle.ManifestFile)),
        Files = bundle.Manifest.AllFiles,
        Parts =
        [
            .. bundle.Manifest.Probes.Select(p => new ReportPart("probe", p.Name, $"{p.Stage.ToString().ToLowerInvariant()} stage, {p.Pooling}", p.Sha256)),
            .. bundle.Manifest.Adapters.Select(a => new ReportPart("adapter", a.Name, string.Create(CultureInfo.InvariantCulture, $"{a.Target}, rank {a.Rank}"), a.Sha256)),
        ],
        KnowsItsRows = RowExposures.Of(bundle).KnowsRows,
    };
}

/// <summary>A trained part of a guard.</summary>
/// <param name="Kind">Probe or adapter.</param>
/// <param name="Name">Its name in the bundle.</param>
/// <param name="Description">What it is, for people.</param>
/// <param name="Sha256">SHA-256 of its file.</param>
public sealed record ReportPart(string Kind, string Name, string Description, string Sha256);

/// <summary>On what a report was made.</summary>
/// <param name="Runtime">The version of .NET.</param>
/// <param name="OnnxRuntime">The version of ONNX Runtime.</param>
/// <param name="System">The operating system.</param>
/// <param name="Architecture">The processor's kind.</param>
/// <param name="Processors">How many there are.</param>
/// <param name="Threads">Threads of one run of the model; <see langword="null"/> if the model's folder says.</param>
public sealed record ReportMachine(string Runtime, string OnnxRuntime, string System, string Architecture, int Processors, int? Threads)
{
    internal static ReportMachine Current(int? threads) => new(
        RuntimeInformation.FrameworkDescription,
        OrtEnv.Instance().GetVersionString(),
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        threads);
}
