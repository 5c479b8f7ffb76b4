namespace SafeSwitch.Tokenization.Pipeline;

/// <summary>
/// Text on its way to the model. Each character knows the stretch of the source that it came from, so that a token can be
/// traced to template or content however the text was rewritten on the way; inserted characters have an empty stretch.
/// </summary>
internal sealed class PipelineText
{
    private readonly (int Start, int End)[]? origins;
    private readonly int offset;

    private PipelineText(string value, int offset, (int, int)[]? origins, bool atStart, bool traced)
    {
        Value = value;
        this.offset = offset;
        this.origins = origins;
        AtStart = atStart;
        Traced = traced;
    }

    public string Value { get; }

    /// <summary>Whether this is the beginning of the whole text.</summary>
    public bool AtStart { get; }

    /// <summary>Whether anyone will ask for origins; if not, none are kept.</summary>
    public bool Traced { get; }

    public static PipelineText FromSource(string value, int offset, bool traced) => new(value, offset, null, offset == 0, traced);

    /// <summary>A rewritten text; <paramref name="origins"/> has one entry a character if this one is traced.</summary>
    public PipelineText Rewrite(string value, (int Start, int End)[]? origins) => new(value, 0, origins, AtStart, Traced);

    /// <summary>A part of this text that goes on as a text of its own.</summary>
    public PipelineText Part(int start, int length)
    {
        if (start == 0 && length == Value.Length)
            return this;
        var atStart = AtStart && start == 0;
        return origins is null
            ? new PipelineText(Value.Substring(start, length), offset + start, null, atStart, Traced)
            : new PipelineText(Value.Substring(start, length), 0, origins[start..(start + length)], atStart, Traced);
    }

    /// <summary>The stretch of the source that one character came from.</summary>
    public (int Start, int End) OriginOf(int index) => origins is null ? (offset + index, offset + index + 1) : origins[index];

    /// <summary>The stretch of the source that a range of characters came from; empty if all of them were inserted.</summary>
    public (int Start, int End) OriginOf(int start, int end)
    {
        if (start >= end)
            return (0, 0);
        if (origins is null)
            return (offset + start, offset + end);
        int first = int.MaxValue, last = 0;
        for (var i = start; i < end; i++)
        {
            var origin = origins[i];
            if (origin.Start == origin.End)
                continue;
            first = Math.Min(first, origin.Start);
            last = Math.Max(last, origin.End);
        }

        return first == int.MaxValue ? (0, 0) : (first, last);
    }
}
