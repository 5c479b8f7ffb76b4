namespace SafeSwitch.Benchmarks.Providers;

/// <summary>A row of the table of agreement.</summary>
/// <param name="What">What was compared.</param>
/// <param name="Found">How far it agrees.</param>
/// <param name="Allowed">How far it must.</param>
/// <param name="IsKept">Whether it does; <see langword="null"/> where that is not judged.</param>
internal sealed record Finding(string What, string Found, string Allowed, bool? IsKept)
{
    public static Finding Reported(string what, string found) => new(what, found, "", null);

    /// <param name="what">What was compared.</param>
    /// <param name="found">The distances or differences.</param>
    /// <param name="mean">What their mean may be.</param>
    /// <param name="most">What the largest may be; <see langword="null"/> where one says nothing.</param>
    public static Finding Distances(string what, IReadOnlyCollection<double> found, double mean, double? most = null) => new(
        what,
        FormattableString.Invariant($"mean {found.Average():0.0000}, at most {found.Max():0.0000}"),
        FormattableString.Invariant($"mean {mean}") + (most is { } limit ? FormattableString.Invariant($", at most {limit}") : ""),
        found.All(double.IsFinite) && found.Average() <= mean && !(found.Max() > most));

    public override string ToString() => $"| {What} | {Found} | {Allowed} | {(IsKept is { } kept ? kept ? "yes" : "**NO**" : "")} |";
}
