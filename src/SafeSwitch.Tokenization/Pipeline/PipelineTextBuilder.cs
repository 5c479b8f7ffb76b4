using System.Text;

namespace SafeSwitch.Tokenization.Pipeline;

/// <summary>Rewrites a <see cref="PipelineText"/> from left to right.</summary>
internal sealed class PipelineTextBuilder(PipelineText source, int start = 0)
{
    private readonly StringBuilder value = new();
    private readonly List<(int, int)>? origins = source.Traced ? [] : null;

    /// <summary>The next character of the source that was neither kept nor replaced.</summary>
    public int Position { get; private set; } = start;

    /// <summary>Keeps the source as it is up to a position.</summary>
    public void KeepTo(int end)
    {
        value.Append(source.Value, Position, end - Position);
        if (origins is not null)
        {
            for (var i = Position; i < end; i++)
                origins.Add(source.OriginOf(i));
        }

        Position = end;
    }

    /// <summary>Puts other text in the place of the next characters of the source.</summary>
    public void Replace(int length, ReadOnlySpan<char> with)
    {
        value.Append(with);
        if (origins is not null)
        {
            var origin = source.OriginOf(Position, Position + length);
            for (var i = 0; i < with.Length; i++)
                origins.Add(origin);
        }

        Position += length;
    }

    /// <summary>Adds text that came from nowhere in the source.</summary>
    public void Insert(ReadOnlySpan<char> text) => Replace(0, text);

    public PipelineText Build() => source.Rewrite(value.ToString(), origins?.ToArray());
}
