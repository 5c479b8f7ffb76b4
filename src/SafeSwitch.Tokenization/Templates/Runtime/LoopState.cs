using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization.Templates.Runtime;

/// <summary>The variable <c>loop</c>.</summary>
internal sealed class LoopState(IReadOnlyList<object?> items, int depth)
{
    private object? lastChecked;
    private bool @checked;

    public int Index { get; set; }

    /// <summary>Renders the loop again over other items; null if the loop is not recursive.</summary>
    public Func<object?, int, MarkedText>? Descend { get; init; }

    public object? Recurse(RenderContext context, CallArguments arguments) => Descend is null
        ? throw new TemplateFault("the loop must have the 'recursive' marker to be called recursively")
        : Descend(arguments.Bind("loop", "iterable").Need(0), depth + 1);

    public object? Field(string name) => name switch
    {
        "index" => (long)Index + 1,
        "index0" => (long)Index,
        "revindex" => (long)items.Count - Index,
        "revindex0" => (long)items.Count - Index - 1,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        "depth" => (long)depth + 1,
        "depth0" => (long)depth,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("there is no previous item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new Undefined("there is no next item"),
        "cycle" => new Callable("cycle", (_, arguments) => arguments.Positional.Count == 0
            ? throw new TemplateFault("no items for cycling given")
            : arguments.Positional[Index % arguments.Positional.Count]),
        "changed" => new Callable("changed", (_, arguments) => Changed(TemplateList.Tuple(arguments.Positional))),
        _ => new Undefined($"'loop' has no attribute '{name}'"),
    };

    private bool Changed(object? value)
    {
        var changed = !@checked || !Python.AreEqual(lastChecked, value);
        (lastChecked, @checked) = (value, true);
        return changed;
    }
}
