using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary>What a value can be given to: a name, a field of a namespace, or several of them at once.</summary>
internal abstract record AssignmentTarget(int Position)
{
    public abstract void Assign(RenderContext context, Scope scope, object? value);

    public sealed record Name(int Position, string Text) : AssignmentTarget(Position)
    {
        public override void Assign(RenderContext context, Scope scope, object? value) => scope.Set(Text, value);
    }

    public sealed record Field(int Position, string Owner, string Text) : AssignmentTarget(Position)
    {
        public override void Assign(RenderContext context, Scope scope, object? value)
        {
            context.Position = Position;
            if (context.Lookup(Owner) is not Namespace target)
                throw new TemplateFault($"'{Owner}.{Text}' cannot be set: only a namespace can have its fields set");
            target.Fields[Text] = value;
        }
    }

    public sealed record Several(int Position, IReadOnlyList<AssignmentTarget> Parts) : AssignmentTarget(Position)
    {
        public override void Assign(RenderContext context, Scope scope, object? value)
        {
            context.Position = Position;
            object?[] items = [.. Python.Iterate(value).Take(Parts.Count + 1)];
            if (items.Length != Parts.Count)
            {
                throw new TemplateFault(items.Length > Parts.Count
                    ? $"too many values to unpack (expected {Parts.Count})"
                    : $"not enough values to unpack (expected {Parts.Count}, got {items.Length})");
            }

            for (var i = 0; i < items.Length; i++)
                Parts[i].Assign(context, scope, items[i]);
        }
    }
}
