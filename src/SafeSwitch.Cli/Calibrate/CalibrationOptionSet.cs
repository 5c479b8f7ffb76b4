using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Training.Calibration;

namespace SafeSwitch.Cli.Calibrate;

/// <summary>The bounds that thresholds are to keep.</summary>
internal sealed class CalibrationOptionSet
{
    private static readonly CalibrationOptions Defaults = new();

    // Of everyday requests, or of a set's or a source's rows: all are bounds of one kind.
    private static readonly RangeAttribute Share = typeof(CalibrationBound).GetProperty(nameof(CalibrationBound.MaxFalsePositiveRate))!.GetCustomAttribute<RangeAttribute>()!;

    private static readonly double DefaultRate = CalibrationBound.Default.First(b => b.Policy == Defaults.DefaultPolicy).MaxFalsePositiveRate;

    private readonly Option<double> rate = new Option<double>("--max-false-positive") { Description = "Share of everyday requests that the default policy may flag; permissive gets three tenths of it, strict three times as much", HelpName = "RATE", DefaultValueFactory = _ => DefaultRate }.WithinRangeOf<double, CalibrationBound>(nameof(CalibrationBound.MaxFalsePositiveRate));
    private readonly Option<string[]> policies = new("--policy") { Description = "Policies of your own instead of those three", HelpName = "NAME=RATE", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> defaultPolicy = new("--default-policy") { Description = "The policy of requests that name none; by default that of the bundle, else balanced, or the first", HelpName = "NAME" };
    private readonly Option<Intervention?> intervention = new("--intervention") { Description = $"What the policies do on a positive verdict: {string.Join(", ", Enum.GetNames<Intervention>())}; by default what they do, else the adapter" };
    private readonly Option<string?> fixedRefusal = new("--fixed-refusal") { Description = "The text of a fixed refusal", HelpName = "TEXT" };
    private readonly Option<double?> threshold = new Option<double?>("--threshold") { Description = "A threshold that is given, such as the paper's 0.5, in place of --states: nothing is measured, and no bound is kept", HelpName = "T" }.WithinRangeOf<double?, SafetyPolicy>(nameof(SafetyPolicy.PromptThreshold));
    private readonly Option<string[]> sets = new("--set-bound") { Description = "Also flag at most that share of a data file's harmless held-out rows under the default policy, others in proportion", HelpName = "SET=RATE", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> sources = new("--source-bound") { Description = "The same for a source", HelpName = "SOURCE=RATE", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double> missed = new Option<double>("--max-missed") { Description = "Share of complying answers that the response stage may let pass", HelpName = "RATE", DefaultValueFactory = _ => Defaults.MaxMissedResponses }.WithinRangeOf<double, CalibrationOptions>(nameof(CalibrationOptions.MaxMissedResponses));

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { rate, policies, defaultPolicy, intervention, threshold, fixedRefusal, sets, sources, missed })
            command.Add(option);
    }

    /// <summary>The share of everyday requests that may be flagged.</summary>
    public double Rate(VerbCall call) => call.Get(rate);

    /// <summary>A threshold that is given; null to choose one.</summary>
    public double? Threshold(VerbCall call) => call.Get(threshold);

    /// <summary>The policies of a threshold that is given, by name alone.</summary>
    public CalibrationOptions ReadNames(VerbCall call)
    {
        var names = call.Get(policies) is { Length: > 0 } given ? given : [Defaults.DefaultPolicy];
        if (names.FirstOrDefault(n => n.Contains('=', StringComparison.Ordinal)) is { } bound)
            throw new UsageException($"--policy: found '{bound}', expected a name: a --threshold keeps no bound.");
        return new CalibrationOptions
        {
            Bounds = [.. names.Select(n => new CalibrationBound(n, CalibrationBound.Default[0].MaxFalsePositiveRate))],
            DefaultPolicy = call.Get(defaultPolicy) ?? names[0],
            Intervention = call.Get(intervention),
            FixedRefusal = call.Get(fixedRefusal),
        };
    }

    /// <summary>Whether the call names the default policy.</summary>
    public bool SetsDefault(VerbCall call) => call.Has(defaultPolicy);

    public CalibrationOptions Read(VerbCall call)
    {
        var bounds = Bounds(call);
        var policy = call.Get(defaultPolicy) ?? (bounds.Any(b => b.Policy == Defaults.DefaultPolicy) ? Defaults.DefaultPolicy : bounds[0].Policy);
        var everyday = bounds.FirstOrDefault(b => b.Policy == policy)?.MaxFalsePositiveRate
            ?? throw new UsageException($"--default-policy: found '{policy}', expected one of {string.Join(", ", bounds.Select(b => b.Policy))}.");
        var options = new CalibrationOptions
        {
            Bounds = bounds,
            DefaultPolicy = policy,
            SetBounds = Factors(call, sets, everyday),
            SourceBounds = Factors(call, sources, everyday),
            MaxMissedResponses = call.Get(missed),
            Intervention = call.Get(intervention),
            FixedRefusal = call.Get(fixedRefusal),
        };
        SettingsException.ThrowIfInvalid(options);
        return options;
    }

    private IReadOnlyList<CalibrationBound> Bounds(VerbCall call)
    {
        if (!call.Has(policies))
            return [.. CalibrationBound.Default.Select(b => b with { MaxFalsePositiveRate = Math.Min((1 + call.Get(rate)) / 2, b.MaxFalsePositiveRate / DefaultRate * call.Get(rate)) })];
        if (call.Has(rate))
            throw new UsageException("--max-false-positive is for the default three policies: with --policy, every policy has its own.");
        return [.. Pairs(call, policies).Select(p => new CalibrationBound(p.Key, p.Value))];
    }

    // A bound is stated for the default policy; the others keep their proportion to it.
    private static Dictionary<string, double> Factors(VerbCall call, Option<string[]> option, double everyday) =>
        Pairs(call, option).ToDictionary(p => p.Key, p => p.Value / everyday, StringComparer.Ordinal);

    private static Dictionary<string, double> Pairs(VerbCall call, Option<string[]> option)
    {
        var pairs = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var text in call.Get(option) ?? [])
        {
            var at = text.LastIndexOf('=');
            if (at < 1 || !double.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !DeclaredRanges.Holds(Share, value))
                throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option.Name}: found '{text}', expected a name and {DeclaredRanges.Describe(Share)}, such as {option.HelpName!.Split('=')[0].ToLowerInvariant()}=0.02."));
            if (!pairs.TryAdd(text[..at], value))
                throw new UsageException($"{option.Name}: '{text[..at]}' comes twice.");
        }

        return pairs;
    }
}
