namespace SafeSwitch.Evaluation.Reports.Charts;

/// <summary>Finds room for labels beside their points: the first of some places around each that nothing else covers.</summary>
internal sealed class LabelPlacement(ChartFrame frame)
{
    private const double CharacterWidth = 8;

    private const double LineHeight = 17;

    private const double Gap = 12;

    private readonly List<Box> taken = [];

    /// <summary>Keeps labels away from a point's mark.</summary>
    public void Avoid(double x, double y) => taken.Add(new Box(x - 7, y - 7, x + 7, y + 7));

    /// <summary>Where a label goes: its anchor's place and baseline, which end is the anchor, and whether it is far enough away to
    /// need a line to its point.</summary>
    public Label Place(double x, double y, string text)
    {
        var width = text.Length * CharacterWidth;
        var places = Candidates(x, y, width).ToList();
        var place = places.FirstOrDefault(p => IsFree(p.Box), places[0]);
        taken.Add(place.Box);
        var at = place.Anchor switch { "end" => place.Box.Right, "middle" => (place.Box.Left + place.Box.Right) / 2, _ => place.Box.Left };
        return new Label(at, place.Box.Bottom - 4, place.Anchor, place.IsFar);
    }

    private static IEnumerable<(Box Box, string Anchor, bool IsFar)> Candidates(double x, double y, double width)
    {
        for (var ring = 0; ring < 4; ring++)
        {
            var away = ring * LineHeight;
            foreach (var (dx, dy, anchor) in ((double, double, string)[])
                [
                    (Gap, -away, "start"), (-Gap - width, -away, "end"), (Gap, away, "start"), (-Gap - width, away, "end"),
                    (-width / 2, -Gap - 8 - away, "middle"), (-width / 2, Gap + 8 + away, "middle"),
                ])
            {
                yield return (new Box(x + dx, y + dy - LineHeight / 2, x + dx + width, y + dy + LineHeight / 2), anchor, ring > 0);
            }
        }
    }

    private bool IsFree(Box box) =>
        box.Left >= frame.Left + 2 && box.Right <= frame.Right && box.Top >= frame.Top && box.Bottom <= frame.Bottom && !taken.Exists(box.Covers);

    public readonly record struct Label(double X, double Y, string Anchor, bool IsFar);

    private readonly record struct Box(double Left, double Top, double Right, double Bottom)
    {
        public bool Covers(Box other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
    }
}
