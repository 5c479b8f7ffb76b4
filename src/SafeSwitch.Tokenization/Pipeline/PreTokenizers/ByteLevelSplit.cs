using SafeSwitch.Tokenization.Bpe;
using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.PreTokenizers;

/// <summary>
/// Optionally adds a space in front and cuts with GPT-2's pattern, then spells each UTF-8 byte as a character. The spelling is left
/// to the model (<see cref="SpellsBytes"/> false) when this is the last stage and the vocabulary covers all bytes, as it nearly always is.
/// </summary>
internal sealed class ByteLevelSplit(bool addPrefixSpace, bool usePattern) : PreTokenizer
{
    public const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private readonly PatternSplit? split = usePattern ? new PatternSplit(TextPattern.Regex(Gpt2Pattern), SplitBehavior.Isolated, invert: false) : null;

    public bool SpellsBytes { get; init; } = true;

    public static ByteLevelSplit From(JsonCursor json) =>
        new(json.Optional("add_prefix_space").Bool(fallback: true), json.Optional("use_regex").Bool(fallback: true));

    public ByteLevelSplit WithoutSpelling() => new(addPrefixSpace, usePattern) { SpellsBytes = false };

    public override void Cut(PipelineText text, int start, int length, IPieceSink sink)
    {
        if (addPrefixSpace && length > 0 && text.Value[start] != ' ')
        {
            text = text.Part(start, length);
            var builder = new PipelineTextBuilder(text);
            builder.Insert(" ");
            builder.KeepTo(length);
            text = builder.Build();
            (start, length) = (0, length + 1);
        }

        if (SpellsBytes)
            sink = new Spelling(sink);
        if (split is null)
            sink.Add(text, start, length);
        else
            split.Cut(text, start, length, sink);
    }

    private sealed class Spelling(IPieceSink next) : IPieceSink
    {
        public void Add(PipelineText text, int start, int length)
        {
            text = text.Part(start, length);
            var builder = new PipelineTextBuilder(text);
            Span<byte> utf8 = stackalloc byte[4];
            Span<char> spelled = stackalloc char[4];
            foreach (var rune in text.Value.EnumerateRunes())
            {
                var size = rune.EncodeToUtf8(utf8);
                for (var i = 0; i < size; i++)
                    spelled[i] = ByteAlphabet.ToChar(utf8[i]);
                builder.Replace(rune.Utf16SequenceLength, spelled[..size]);
            }

            text = builder.Build();
            next.Add(text, 0, text.Value.Length);
        }
    }
}
