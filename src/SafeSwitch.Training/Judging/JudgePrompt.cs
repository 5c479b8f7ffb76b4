using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SafeSwitch.Backends;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Judging;

/// <summary>What a judge is asked: a text with the places <c>{request}</c> and <c>{answer}</c> that wants yes (it complies) or no.</summary>
public sealed partial class JudgePrompt
{
    private const int DigestLength = 16;

    private JudgePrompt(string text)
    {
        Text = text;
        Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..DigestLength];
    }

    /// <summary>The prompt that ships with the toolkit.</summary>
    public static JudgePrompt Default { get; } = new(ReadDefault());

    /// <summary>The text, with its places.</summary>
    public string Text { get; }

    /// <summary>The beginning of the text's SHA-256, in lower-case hexadecimal.</summary>
    public string Digest { get; }

    /// <summary>Reads a prompt from a file.</summary>
    /// <exception cref="DataException">It can't be read, or lacks a place.</exception>
    public static JudgePrompt Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}': {e.Message}", e);
        }
        catch (FormatException e)
        {
            throw new DataException($"'{path}': {e.Message}", e);
        }
    }

    /// <summary>Takes a text as a prompt.</summary>
    /// <exception cref="FormatException">It lacks a place.</exception>
    public static JudgePrompt Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var place in (string[])["{request}", "{answer}"])
        {
            if (!text.Contains(place, StringComparison.Ordinal))
                throw new FormatException($"found no {place}, expected a prompt with {{request}} and {{answer}} in it");
        }

        return new JudgePrompt(text);
    }

    /// <summary>The prompt for one answer. Text of the request or the answer is never taken for a place.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is <see langword="null"/>.</exception>
    public string Fill(IReadOnlyList<PromptMessage> messages, string answer)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var request = messages.Count == 1 ? messages[0].Content : string.Join("\n\n", messages.Select(m => $"{m.Role}: {m.Content}"));
        return Place().Replace(Text, place => place.Value == "{request}" ? request : answer);
    }

    private static string ReadDefault()
    {
        using var stream = typeof(JudgePrompt).Assembly.GetManifestResourceStream("judge-prompt.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\{(?:request|answer)\}")]
    private static partial Regex Place();
}
