using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Verify;

/// <summary>Whether a bundle is what it says, to the last byte, and whose it is.</summary>
internal sealed class VerifyVerb : Verb
{
    private readonly Argument<string> bundle = new("BUNDLE") { Description = "A folder with safeswitch.json, or a name that `bundle list` shows" };

    private readonly Option<string[]> keys = new("--key") { Description = "A public key (PEM, ECDSA on P-256) that must have signed it; with several, any one of them" };

    public VerifyVerb()
        : base(
            "verify",
            "Reads every file of a bundle to its end and compares it with safeswitch.json; exit code 3 if one differs",
            new("verify models/smollm2-135m-instruct", "are these the files that were measured?"),
            new("verify models/smollm2-135m-instruct --key vendor.pem", "and did the vendor sign them?"))
    {
        Add(bundle);
        Add(keys);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        var trusted = call.Get(keys) ?? [];
        var opened = Bundle.Open(ToolShelf.Find(call.Get(bundle)), new BundleChecks { VerifyWeights = true, TrustedKeys = [.. trusted.Select(File.ReadAllText)] });
        var document = BundleDocument.Of(opened);
        if (call.IsJson)
        {
            call.WriteJson(document, VerifyJson.Default);
        }
        else
        {
            var facts = document.Facts();
            facts.Add("signature", document.SignedBy is { } key ? $"by the key {key}"
                : File.Exists(opened.PathOf(BundleSignature.SignatureFile)) ? "there, not compared with any key"
                : "none");
            facts.AddMarkup("verdict", "[green]every file is what safeswitch.json says[/]");
            facts.WriteTo(call.Terminal);
        }

        return Task.FromResult(ExitCodes.Done);
    }
}

/// <summary>A bundle whose files were all read.</summary>
/// <param name="Folder">The bundle's folder.</param>
/// <param name="Files">Files that it names and holds.</param>
/// <param name="Bytes">Their length together.</param>
/// <param name="SignedBy">Fingerprint of the key that signed it, if one was asked for.</param>
internal sealed record BundleDocument(string Folder, int Files, long Bytes, string? SignedBy)
{
    public static BundleDocument Of(Bundle bundle, string? signedBy = null)
    {
        var (folder, manifest) = (bundle.Folder, bundle.Manifest);
        List<FileInfo> files =
        [
            .. manifest.AllFiles.Select(f => new FileInfo(bundle.PathOf(f.File))).Where(f => f.Exists),
        ];
        return new(folder, files.Count, files.Sum(f => f.Length), signedBy ?? bundle.SignedBy);
    }

    public FactGrid Facts()
    {
        var facts = new FactGrid();
        facts.Add("bundle", Folder);
        facts.Add("files", string.Create(CultureInfo.InvariantCulture, $"{Files}, {Bytes:N0} bytes"));
        return facts;
    }
}

[JsonSerializable(typeof(BundleDocument))]
internal sealed partial class VerifyJson : JsonSerializerContext;
