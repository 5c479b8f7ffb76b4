using System.Text;
using SafeSwitch.Backends;

namespace SafeSwitch.Tests.Fakes;

/// <summary>Answers in tokens of a few bytes, most of which aren't characters by themselves: characters span two to four of them.</summary>
internal sealed class ByteTokenizer : IPromptTokenizer
{
    private static readonly byte[][] Pieces = MakePieces();

    public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages) => new ToyTokenizer().Encode(messages);

    public ITokenTextStream CreateTextStream() => new Stream();

    /// <summary>The whole characters of some tokens; what is unfinished at the end is left out, or told as U+FFFD.</summary>
    public static string Decode(IEnumerable<int> tokens, bool isEnd)
    {
        var bytes = tokens.SelectMany(t => Pieces[t]).ToArray();
        var decoder = new UTF8Encoding().GetDecoder();
        var characters = new char[bytes.Length + 4];
        return new string(characters, 0, decoder.GetChars(bytes, characters, isEnd));
    }

    private static byte[][] MakePieces()
    {
        var pieces = new byte[ToyModel.Vocabulary][];
        string[] words = [" a", "b", ".", "c ", "<", "|", "\n"];
        string[] characters = ["é", "€", "😀"];
        for (var i = 0; i < pieces.Length; i++)
        {
            // Tokens 7k+3 to 7k+6 are single bytes of characters; consecutive ones follow each other in a character.
            var bytes = Encoding.UTF8.GetBytes(characters[i / 7 % 3]);
            pieces[i] = i % 7 < 3 ? Encoding.UTF8.GetBytes(words[i % words.Length]) : [bytes[i % 7 % bytes.Length]];
        }

        return pieces;
    }

    private sealed class Stream : ITokenTextStream
    {
        private Decoder decoder = new UTF8Encoding().GetDecoder();

        public string Append(int token) => Take(Pieces[token], flush: false);

        public string Flush() => Take([], flush: true);

        public void Reset() => decoder = new UTF8Encoding().GetDecoder();

        private string Take(byte[] bytes, bool flush)
        {
            var characters = new char[bytes.Length + 4];
            return new string(characters, 0, decoder.GetChars(bytes, characters, flush));
        }
    }
}
