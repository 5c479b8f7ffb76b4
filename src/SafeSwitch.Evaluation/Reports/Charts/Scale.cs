namespace SafeSwitch.Evaluation.Reports.Charts;

/// <summary>From a figure to a place on the drawing.</summary>
/// <param name="from">The figure at the start.</param>
/// <param name="to">The figure at the end.</param>
/// <param name="start">The place of the start.</param>
/// <param name="end">The place of the end.</param>
/// <param name="isRoot">Whether distances go by square roots: shows what is near 0 without cutting off the rest. From 0 only.</param>
internal sealed class Scale(double from, double to, double start, double end, bool isRoot = false)
{
    public double this[double figure]
    {
        get
        {
            var part = Math.Clamp((figure - from) / (to - from), 0, 1);
            return start + (end - start) * (isRoot ? Math.Sqrt(part) : part);
        }
    }
}
