using System.ComponentModel.DataAnnotations;
using SafeSwitch.Settings;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// How a prompt probe learns to tell what it can't read. Of a request in a language or an encoding that it never saw it says that it is
/// harmless, whatever it asks for; one linear network on the average of the content states tells such requests from others, and says so
/// beside the probability.
/// </summary>
public sealed record CoverageOptions : ICheckedSettings
{
    /// <summary>The hidden state that it reads, one of those that were collected.</summary>
    public required string Layer { get; init; }

    /// <summary>Languages that the probe is to read, as the rows' <c>language</c> has them. Rows that name none count as such; those of any other
    /// language are what it learns to mark.</summary>
    /// <value>English, <c>en</c>.</value>
    public IReadOnlyList<string> Languages { get; init; } = ["en"];

    /// <summary>Share of everyday requests in these languages that may be marked, in (0, 1).</summary>
    /// <value>0.1%.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double MaxMarked { get; init; } = 0.001;

    /// <summary>What of a single everyday source may be marked, as a multiple of <see cref="MaxMarked"/>.</summary>
    /// <value>10.</value>
    [Range(1.0, 1e6)]
    public double SourceFactor { get; init; } = 10;

    /// <summary>Weight of the sum of the squared weights, over standardised features, against the mean loss of a row.</summary>
    /// <value>0.01.</value>
    [Range(0.0, 1e6, MinimumIsExclusive = true)]
    public double Ridge { get; init; } = 0.01;

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (string.IsNullOrEmpty(Layer))
            yield return new SettingProblem("layer", "nothing", "the name of a collected hidden state");
        if (Languages.Count == 0)
            yield return new SettingProblem("languages", "none", "at least one language");
    }
}
