using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Bundles;
using SafeSwitch.Policies;

namespace SafeSwitch.Evaluation.Running;

/// <summary>What made a row, as a short digest: rows are resumed only by the run that would have made them the same.</summary>
internal static class RunDigest
{
    public static string Of(BundleManifest manifest, EvaluationOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(manifest.Decoder.Files.Select(f => f.Digest));
        Add(manifest.Probes.Select(p => p.Sha256));
        Add(manifest.Adapters.Select(a => a.Sha256));
        Add(options.Policies.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Settings(p.Value))));
        Add(options.Reference?.Files.Prompt);
        Add((options.Reference?.Threshold ?? ReferenceForm.DefaultThreshold, options.AnswerTokens, options.RefusalTokens).ToString());
        // Rows of a comparison without these keep the digest that they had before there were these.
        if (options.SafetyPrompt is not null || options.AlwaysOn || options.UtilityTokens is not null)
            Add((options.SafetyPrompt, options.AlwaysOn, options.UtilityTokens).ToString());
        if (options.Reference is { Files.Response: { } response } reference)
            Add((response, reference.PilotTokens).ToString());
        if (options.Monitors.Count > 0)
        {
            Add(options.Monitors.OrderBy(m => m.Key, StringComparer.Ordinal)
                .Select(m => KeyValuePair.Create($"{m.Key}: {m.Value.Monitor.GetType().FullName}", Settings(m.Value.Policy))));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];

        void Add<T>(T value) => hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(value));
    }

    // Without what policies did not have yet when the first rows were written, unless it says something.
    private static JsonObject Settings(SafetyPolicy policy)
    {
        var settings = JsonSerializer.SerializeToNode(policy)!.AsObject();
        foreach (var name in new[] { nameof(policy.CustomIntervention), nameof(policy.Probe), nameof(policy.ResponseProbe), nameof(policy.Guards) })
        {
            if (settings[name] is null)
                settings.Remove(name);
        }

        return settings;
    }
}
