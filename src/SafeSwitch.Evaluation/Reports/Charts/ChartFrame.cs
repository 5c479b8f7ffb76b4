using System.Xml.Linq;

namespace SafeSwitch.Evaluation.Reports.Charts;

/// <summary>A plot's area with its two axes.</summary>
/// <param name="Width">Width of the drawing.</param>
/// <param name="Height">Height of the drawing.</param>
internal sealed record ChartFrame(double Width, double Height)
{
    public double Left { get; init; } = 46;

    public double RightMargin { get; init; } = 14;

    public double Top { get; init; } = 14;

    public double BottomMargin { get; init; } = 46;

    public double Right => Width - RightMargin;

    public double Bottom => Height - BottomMargin;

    /// <summary>Grid, ticks and names of the axes.</summary>
    public IEnumerable<XElement> Draw(
        Scale across, IEnumerable<(double At, string Text)> ticks, string acrossName, Scale up, IEnumerable<(double At, string Text)> upTicks, string upName)
    {
        foreach (var (at, text) in ticks)
        {
            yield return Svg.Line(across[at], Top, across[at], Bottom, "grid");
            yield return Svg.Text(across[at], Bottom + 18, text, "tick middle");
        }

        foreach (var (at, text) in upTicks)
        {
            yield return Svg.Line(Left, up[at], Right, up[at], "grid");
            yield return Svg.Text(Left - 7, up[at] + 4, text, "tick end");
        }

        yield return Svg.Line(Left, Bottom, Right, Bottom, "axis");
        yield return Svg.Line(Left, Top, Left, Bottom, "axis");
        yield return Svg.Text((Left + Right) / 2, Height - 8, acrossName, "name middle");
        var upwards = Svg.Text(0, 0, upName, "name middle");
        upwards.SetAttributeValue("transform", $"translate(12 {Svg.Number((Top + Bottom) / 2)}) rotate(-90)");
        yield return upwards;
    }
}
