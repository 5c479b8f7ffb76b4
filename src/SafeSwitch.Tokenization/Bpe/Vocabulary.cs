using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Bpe;

/// <summary>Pieces and their ids, both ways.</summary>
internal sealed class Vocabulary
{
    public const int MaximumId = 16_000_000;

    private readonly Dictionary<string, int> ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> bySpan;
    private readonly string?[] pieces;

    private Vocabulary(Dictionary<string, int> ids, string?[] pieces)
    {
        this.ids = ids;
        bySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        this.pieces = pieces;
        LongestPiece = Math.Max(1, ids.Keys.Max(piece => piece.Length));
    }

    public int Count => ids.Count;

    /// <summary>One more than the largest id.</summary>
    public int IdLimit => pieces.Length;

    /// <summary>Whether no two pieces have the same id.</summary>
    public bool HasDistinctIds => pieces.Count(piece => piece is not null) == ids.Count;

    /// <summary>The length of the longest piece in UTF-16 units; a spelled byte is one, so this is never less than the text that it stands for.</summary>
    public int LongestPiece { get; }

    public static Vocabulary Read(JsonCursor vocab)
    {
        if (!vocab.IsObject)
            throw vocab.Expected("an object of pieces and their ids");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var last = -1;
        foreach (var (piece, value) in vocab.Properties())
        {
            var id = value.Int();
            if (id is < 0 or > MaximumId)
                throw value.Error($"is {id}, out of the range of ids (0 to {MaximumId})");
            ids[piece] = id;
            last = Math.Max(last, id);
        }

        if (ids.Count == 0)
            throw vocab.Error("is empty");
        var pieces = new string?[last + 1];
        foreach (var (piece, id) in ids)
            pieces[id] = piece;
        return new Vocabulary(ids, pieces);
    }

    public bool TryGetId(ReadOnlySpan<char> piece, out int id) => bySpan.TryGetValue(piece, out id);

    public string? PieceOf(int id) => (uint)id < (uint)pieces.Length ? pieces[id] : null;
}
