using System.Xml.Linq;

namespace SafeSwitch.Evaluation.Reports.Charts;

/// <summary>How a method is drawn: a colour that the page's theme sets, and a shape, so that colour is never all that tells.</summary>
/// <param name="Class">The CSS class that sets the colour.</param>
internal sealed record MethodMark(string Class)
{
    public static MethodMark Of(string method, string? defaultPolicy) => new(method switch
    {
        Methods.Unguarded => "unguarded",
        Methods.SafetyPrompt => "prompt",
        Methods.AlwaysOn => "always",
        Methods.Reference => "reference",
        _ => method == defaultPolicy ? "guard" : "policy",
    });

    /// <summary>The shape around the origin, about 12 units wide.</summary>
    public XElement Draw() => Class switch
    {
        "unguarded" => Svg.Of("circle", ("r", 5.5), ("class", "mark hollow " + Class)),
        "prompt" => Svg.Of("rect", ("x", -5), ("y", -5), ("width", 10), ("height", 10), ("class", "mark " + Class)),
        "always" => Svg.Of("path", ("d", "M0-6.5L6.2 5H-6.2Z"), ("class", "mark " + Class)),
        "reference" => Svg.Of("path", ("d", "M0-7L7 0 0 7-7 0Z"), ("class", "mark " + Class)),
        "guard" => Svg.Of("circle", ("r", 7.5), ("class", "mark " + Class)),
        _ => Svg.Of("circle", ("r", 5), ("class", "mark " + Class)),
    };
}
