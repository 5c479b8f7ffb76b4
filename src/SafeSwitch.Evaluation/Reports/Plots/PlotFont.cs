using System.Collections.Frozen;
using ScottPlot;
using SkiaSharp;

namespace SafeSwitch.Evaluation.Reports.Plots;

/// <summary>
/// The face of every plot's text. It comes with the tool, because a container has no fonts and Skia then draws no text at all.
/// Arimo is as wide as Arial, letter by letter: an SVG fits where a viewer has only that.
/// </summary>
internal sealed class PlotFont : IFontResolver
{
    /// <summary>Its name, for labels.</summary>
    public const string Name = "Arimo";

    /// <summary>What a viewer of an SVG may take in its place.</summary>
    public const string Families = "Arimo, Arial, 'Liberation Sans', Helvetica, sans-serif";

    private static readonly FrozenDictionary<bool, SKTypeface> Faces = new Dictionary<bool, SKTypeface>
    {
        [false] = Load("Arimo-Regular.ttf"),
        [true] = Load("Arimo-Bold.ttf"),
    }.ToFrozenDictionary();

    static PlotFont() => Fonts.FontResolvers.Insert(0, new PlotFont());

    private PlotFont()
    {
    }

    /// <summary>Makes the name known to ScottPlot; as often as one likes.</summary>
    public static void Register()
    {
        // The static constructor did it.
    }

    /// <summary>The face itself, for labels that a name does not make bold.</summary>
    public static SKTypeface Face(bool bold) => Faces[bold];

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        CreateTypeface(fontName, weight >= FontWeight.SemiBold, italic: false);

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? Faces[bold] : null;

    private static SKTypeface Load(string file)
    {
        using var stream = typeof(PlotFont).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The font '{file}' is missing in the assembly.");
        return SKTypeface.FromStream(stream);
    }
}
