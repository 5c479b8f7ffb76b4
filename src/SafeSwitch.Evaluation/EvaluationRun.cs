using System.Security.Cryptography;
using System.Text.Json;
using SafeSwitch.Bundles;

namespace SafeSwitch.Evaluation;

/// <summary>What made a row, as a short digest: rows are resumed only by the run that would have made them the same.</summary>
internal static class EvaluationRun
{
    public static string Digest(BundleManifest manifest, EvaluationOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(manifest.Decoder.Files.Select(f => f.Digest));
        Add(manifest.Probes.Select(p => p.Sha256));
        Add(manifest.Adapters.Select(a => a.Sha256));
        Add(options.Policies.OrderBy(p => p.Key, StringComparer.Ordinal));
        Add(options.Reference?.Files.Prompt);
        Add((options.Reference?.Threshold ?? ReferenceForm.UsualThreshold, options.AnswerTokens, options.RefusalTokens).ToString());
        // Rows of a comparison without these keep the digest that they had before there were these.
        if (options.SafetyPrompt is not null || options.AlwaysOn || options.UtilityTokens is not null)
            Add((options.SafetyPrompt, options.AlwaysOn, options.UtilityTokens).ToString());
        if (options.Reference is { Files.Response: { } response } reference)
            Add((response, reference.PilotTokens).ToString());
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];

        void Add<T>(T value) => hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(value));
    }
}
