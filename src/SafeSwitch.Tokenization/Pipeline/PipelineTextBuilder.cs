using System.Text;

namespace SafeSwitch.Tokenization.Pipeline;

/// <summary>Rewrites a <see cref="PipelineText"/> from left to right.</summary>
internal sealed class PipelineTextBuilder(PipelineText source, int start = 0)
{
    private readonly StringBuilder _value = new();
    private readonly List<(int, int)>? _origins = source.Traced ? [] : null;

    /// <summary>The next character of the source that was neither kept nor replaced.</summary>
    public int Position { get; private set; } = start;

    /// <summary>Keeps the source as it is up to a position.</summary>
    public void KeepTo(int end)
    {
        _value.Append(source.Value, Position, end - Position);
        if (_origins is not null)
            for (var i = Position; i < end; i++)
                _origins.Add(source.OriginOf(i));
        Position = end;
    }

    /// <summary>Puts other text in the place of the next characters of the source.</summary>
    public void Replace(int length, ReadOnlySpan<char> with)
    {
        _value.Append(with);
        if (_origins is not null)
        {
            var origin = source.OriginOf(Position, Position + length);
            for (var i = 0; i < with.Length; i++)
                _origins.Add(origin);
        }
        Position += length;
    }

    /// <summary>Adds text that came from nowhere in the source.</summary>
    public void Insert(ReadOnlySpan<char> text) => Replace(0, text);

    public PipelineText Build() => source.Rewrite(_value.ToString(), _origins?.ToArray());
}
