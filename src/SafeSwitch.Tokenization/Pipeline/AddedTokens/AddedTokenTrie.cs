using System.Buffers;

namespace SafeSwitch.Tokenization.Pipeline.AddedTokens;

/// <summary>Finds added tokens: the leftmost, and of those that start at one place the longest.</summary>
internal sealed class AddedTokenTrie
{
    private readonly Node root = new();
    private readonly SearchValues<char> first;

    public AddedTokenTrie(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        foreach (var (text, token) in tokens)
        {
            var node = root;
            foreach (var unit in text)
                node = node.Next.TryGetValue(unit, out var next) ? next : node.Next[unit] = new Node();
            if (text.Length > 0)
                node.Token = token;
        }

        first = SearchValues.Create(root.Next.Keys.ToArray().AsSpan());
    }

    /// <summary>The next place at or after a position where a token may start, or -1.</summary>
    public int NextCandidate(ReadOnlySpan<char> text, int from)
    {
        var found = text[from..].IndexOfAny(first);
        return found < 0 ? -1 : from + found;
    }

    /// <summary>The longest token that starts at a position and ends at or before a limit.</summary>
    public AddedToken? Longest(ReadOnlySpan<char> text, int start, int limit, out int end)
    {
        AddedToken? longest = null;
        end = start;
        var node = root;
        for (var i = start; i < limit && node.Next.TryGetValue(text[i], out var next); i++)
        {
            node = next;
            if (node.Token is not null)
                (longest, end) = (node.Token, i + 1);
        }

        return longest;
    }

    private sealed class Node
    {
        public Dictionary<char, Node> Next { get; } = [];

        public AddedToken? Token { get; set; }
    }
}
