using SafeSwitch.Tokenization.Loading;

namespace SafeSwitch.Tokenization.Bpe;

/// <summary>Reads merges, written either as <c>"a b"</c> or as <c>["a", "b"]</c>, and checks that the vocabulary knows every piece.</summary>
internal static class MergeReader
{
    public static MergeTable Read(JsonCursor merges, Vocabulary vocabulary, BpeOptions options)
    {
        var skip = options.ContinuingPrefix?.Length ?? 0;
        List<(int, int, int)> table = [];
        foreach (var merge in merges.Items())
        {
            if (Pair(merge) is not var (left, right))
                continue;
            var leftId = IdOf(merge, vocabulary, left);
            var rightId = IdOf(merge, vocabulary, right);
            if (right.Length < skip)
                throw merge.Error($"merges '{right}', which is shorter than the prefix '{options.ContinuingPrefix}' of continuing pieces");
            table.Add((leftId, rightId, IdOf(merge, vocabulary, left + right[skip..])));
        }

        return new MergeTable(table);
    }

    private static (string Left, string Right)? Pair(JsonCursor merge)
    {
        if (merge.IsString)
        {
            var text = merge.String();
            if (text.StartsWith("#version", StringComparison.Ordinal))
                return null;
            var parts = text.Split(' ');
            return parts.Length == 2 ? (parts[0], parts[1]) : throw merge.Error($"is '{text}', expected two pieces with one space between them");
        }

        if (!merge.IsArray)
            throw merge.Expected("a string of two pieces or an array of two strings");
        JsonCursor[] items = [.. merge.Items()];
        return items.Length == 2 ? (items[0].String(), items[1].String()) : throw merge.Error($"holds {items.Length} pieces, expected 2");
    }

    private static int IdOf(JsonCursor merge, Vocabulary vocabulary, string piece) => vocabulary.TryGetId(piece, out var id)
        ? id
        : throw merge.Error($"names the piece '{piece}', which is not in the vocabulary");
}
