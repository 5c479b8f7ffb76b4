namespace SafeSwitch.Toolkit.Reports.Html.Charts;

/// <summary>Finds room for labels beside their points: the first of some places around each that nothing else covers.</summary>
internal sealed class LabelPlacement(ChartFrame frame)
{
    private const double CharacterWidth = 7.4;

    private const double LineHeight = 17;

    private const double Gap = 12;

    private readonly List<Box> taken = [];

    /// <summary>Keeps labels away from a point's mark.</summary>
    public void Avoid(double x, double y) => taken.Add(new Box(x - 7, y - 7, x + 7, y + 7));

    /// <summary>Where a label goes: its left end and baseline, and whether it is far enough away to need a line to its point.</summary>
    public (double X, double Y, bool IsFar) Place(double x, double y, string text)
    {
        var width = text.Length * CharacterWidth;
        var places = Candidates(x, y, width).ToList();
        var place = places.FirstOrDefault(p => IsFree(p.Box), places[0]);
        taken.Add(place.Box);
        return (place.Box.Left, place.Box.Bottom - 4, place.IsFar);
    }

    private static IEnumerable<(Box Box, bool IsFar)> Candidates(double x, double y, double width)
    {
        for (var ring = 0; ring < 4; ring++)
        {
            var away = ring * LineHeight;
            foreach (var (dx, dy) in ((double, double)[])[(Gap, -away), (-Gap - width, -away), (Gap, away), (-Gap - width, away), (-width / 2, -Gap - 8 - away), (-width / 2, Gap + 8 + away)])
                yield return (new Box(x + dx, y + dy - LineHeight / 2, x + dx + width, y + dy + LineHeight / 2), ring > 0);
        }
    }

    private bool IsFree(Box box) =>
        box.Left >= frame.Left + 2 && box.Right <= frame.Right && box.Top >= frame.Top && box.Bottom <= frame.Bottom && !taken.Exists(box.Covers);

    private readonly record struct Box(double Left, double Top, double Right, double Bottom)
    {
        public bool Covers(Box other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
    }
}
