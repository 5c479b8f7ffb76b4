using System.Runtime.CompilerServices;
using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization.Templates.Runtime;

/// <summary>The state of one rendering: variables, output, the place that is being evaluated, and what is left of the limits.</summary>
internal sealed class RenderContext
{
    private const int DeepestCall = 200;

    private readonly TemplateOptions options;
    private MarkedTextBuilder output = new();
    private int steps;
    private long built;
    private int depth;

    public RenderContext(TemplateOptions options, Scope variables)
    {
        this.options = options;
        Outermost = variables;
        Scope = variables;
    }

    /// <summary>Where in the source the evaluation is, for errors.</summary>
    public int Position { get; set; }

    public Scope Scope { get; private set; }

    /// <summary>The template's own variables, outside all its blocks, loops and macros.</summary>
    public Scope Outermost { get; }

    public DateTimeOffset Now => options.Clock.GetLocalNow();

    public MarkedText Output => output.Build();

    public object? Lookup(string name) => Scope.TryGet(name, out var value) ? value : Undefined.Name(name);

    /// <summary>Counts a step; every node does, so no template runs forever or deeper than the stack.</summary>
    public void Step(int position)
    {
        Position = position;
        Step();
    }

    public void Step()
    {
        if (++steps > options.MaximumSteps)
            throw new TemplateFault($"the template takes more than {options.MaximumSteps} steps, which is the limit");
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new TemplateFault("the template nests too deeply");
    }

    /// <summary>Counts so many items that are about to be put into a list, a step each: an item takes far more memory than a character.</summary>
    public void StepThrough(long items)
    {
        if (items > options.MaximumSteps - steps)
            throw new TemplateFault($"the template takes more than {options.MaximumSteps} steps, which is the limit");
        steps += (int)items;
    }

    /// <summary>The items of a value, each of them a step.</summary>
    public IEnumerable<object?> Walk(object? value)
    {
        foreach (var item in Python.Iterate(value))
        {
            Step();
            yield return item;
        }
    }

    /// <summary>Counts the length of a string or list that is about to be built.</summary>
    public void Charge(long length)
    {
        var limit = 8L * options.MaximumLength;
        if (length > limit - built)
            throw new TemplateFault($"the template reads and builds more than {limit} characters on the way, which is the limit", Math.Min(length, int.MaxValue));
        built += length;
    }

    /// <summary>Counts a value that is about to be walked through.</summary>
    public void ChargeFor(object? value) => Charge(Python.Count(value));

    /// <summary>Counts a value that is about to be read with all that is in it.</summary>
    public void ChargeForAll(object? value) => Charge(Python.Weight(value));

    /// <summary>The order of two values, as a step that costs what there is to compare.</summary>
    public int Compare(object? a, object? b)
    {
        Step();
        Charge(Math.Min(Python.Weight(a), Python.Weight(b)));
        return Python.Compare(a, b);
    }

    public void Write(MarkedText text)
    {
        // Before it is copied: what is written may be of any length.
        var length = (long)output.Length + text.Length;
        if (length > options.MaximumLength)
            throw new TemplateFault($"the output is longer than {options.MaximumLength} characters, which is the limit", length);
        output.Append(text);
    }

    /// <summary>Writes what a filter or call made of a block, which the reference joins as it is: nothing but text can be.</summary>
    public void WriteText(object? value) => Write(value as MarkedText
        ?? throw new TemplateFault($"sequence item 0: expected str instance, {Python.TypeName(value)} found"));

    /// <summary>What is written meanwhile, instead of writing it.</summary>
    public MarkedText Capture(Action write)
    {
        var outer = output;
        output = new MarkedTextBuilder();
        try
        {
            write();
            Charge(output.Length);
            return output.Build();
        }
        finally
        {
            output = outer;
        }
    }

    /// <summary>Runs something with variables of its own, inside a given scope or the current one.</summary>
    public void Within(Scope? parent, Action<Scope> run)
    {
        var outer = Scope;
        Scope = new Scope(parent ?? outer);
        if (++depth > DeepestCall)
            throw new TemplateFault($"calls and blocks nest more than {DeepestCall} deep: does a macro call itself?");
        try
        {
            run(Scope);
        }
        finally
        {
            depth--;
            Scope = outer;
        }
    }
}

/// <summary>The variables of one block, and of those around it.</summary>
internal sealed class Scope
{
    private readonly Scope? outer;
    private readonly Dictionary<string, object?> values;

    public Scope(Scope? outer)
        : this(outer, new Dictionary<string, object?>(StringComparer.Ordinal))
    {
    }

    public Scope(Scope? outer, Dictionary<string, object?> values)
    {
        this.outer = outer;
        this.values = values;
    }

    public void Set(string name, object? value) => values[name] = value;

    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.outer)
        {
            if (scope.values.TryGetValue(name, out value))
                return true;
        }

        value = null;
        return false;
    }
}
