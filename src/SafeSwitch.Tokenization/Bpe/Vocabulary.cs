using SafeSwitch.Tokenization.Loading;

namespace SafeSwitch.Tokenization.Bpe;

/// <summary>Pieces and their ids, both ways.</summary>
internal sealed class Vocabulary
{
    public const int MaximumId = 16_000_000;

    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly string?[] _pieces;

    private Vocabulary(Dictionary<string, int> ids, string?[] pieces)
    {
        _ids = ids;
        _bySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _pieces = pieces;
    }

    public int Count => _ids.Count;

    /// <summary>One more than the largest id.</summary>
    public int IdLimit => _pieces.Length;

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

    public bool TryGetId(ReadOnlySpan<char> piece, out int id) => _bySpan.TryGetValue(piece, out id);

    public string? PieceOf(int id) => (uint)id < (uint)_pieces.Length ? _pieces[id] : null;
}
