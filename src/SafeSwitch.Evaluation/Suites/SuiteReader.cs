using System.Text.Json;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Evaluation.Suites;

/// <summary>Reads and checks suites.</summary>
public static class SuiteReader
{
    private static readonly string[] KnownMethods = [.. Methods.Fixed, Methods.Policies];

    /// <summary>Reads a suite.</summary>
    /// <exception cref="SuiteException">It is missing, malformed or does not make sense.</exception>
    public static EvaluationSuite Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        EvaluationSuite? suite;
        try
        {
            suite = JsonSerializer.Deserialize<EvaluationSuite>(File.ReadAllText(path), SettingsFile.Json);
        }
        catch (JsonException e)
        {
            throw new SuiteException(path, e.Path ?? "$", e.Message, "an evaluation suite", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SuiteException(path, "", e.Message, "an evaluation suite", e);
        }

        if (suite is null)
            throw new SuiteException(path, "$", "null", "an evaluation suite");
        Check(path, suite);
        return suite;
    }

    private static void Check(string path, EvaluationSuite suite)
    {
        Require(!string.IsNullOrWhiteSpace(suite.Name), "name", "an empty text", "a name");
        Require(suite.Data.Count > 0 && !suite.Data.Any(string.IsNullOrWhiteSpace), "data", suite.Data.Count == 0 ? "no files" : "a file without a name", "at least one, each with a name");
        var twice = suite.Data.GroupBy(Path.GetFileNameWithoutExtension, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        Require(twice is null, "data", $"two files called '{twice?.Key}'", "names that differ: rows are known by them");
        Require(RowSelector.KnownSplits.Contains(suite.Split), "split", $"'{suite.Split}'", $"one of: {string.Join(", ", RowSelector.KnownSplits)}");
        Require(suite.Limit is not < 1, "limit", $"{suite.Limit}", "at least 1");

        var unknown = suite.Methods?.FirstOrDefault(m => !KnownMethods.Contains(m, StringComparer.Ordinal));
        Require(unknown is null, "methods", $"'{unknown}'", $"some of: {string.Join(", ", KnownMethods)}");
        Require(!suite.Compares(Methods.Reference) || suite.Reference is not null, "reference", "nothing", "the file of the probe that `methods` asks for");
        Require(suite.Reference is null or { Threshold: >= 0 and <= 1 }, "reference.threshold", $"{suite.Reference?.Threshold}", "a number in [0, 1]");
        Require(
            suite.Reference is not { } form || (form.PilotTokens >= 1 && form.PilotTokens <= suite.AnswerTokens),
            "reference.pilot_tokens", $"{suite.Reference?.PilotTokens}", $"a number in [1, {suite.AnswerTokens}], the tokens of an answer");
        Require(!string.IsNullOrWhiteSpace(suite.SafetyPrompt), "safety_prompt", "an empty text", "what the model is told");

        Within(suite.AnswerTokens, "answer_tokens", 1);
        Within(suite.UtilityTokens, "utility_tokens", suite.AnswerTokens);
        Within(suite.RefusalTokens, "refusal_tokens", 1);
        Require(suite.CheckEvery >= 0, "check_every", $"{suite.CheckEvery}", "at least 0");

        void Within(int value, string field, int least) => Require(value >= least && value <= 4096, field, $"{value}", $"a number in [{least}, 4096]");

        void Require(bool condition, string field, string found, string expected)
        {
            if (!condition)
                throw new SuiteException(path, field, found, expected);
        }
    }
}

/// <summary>A suite can't be run.</summary>
public sealed class SuiteException : SafeSwitchException
{
    /// <summary>A refusal that names file, field, what was found and what was expected.</summary>
    public SuiteException(string file, string field, string found, string expected, Exception? innerException = null)
        : base($"{file}: {(field.Length == 0 ? "" : field + ": ")}found {found}, expected {expected}", innerException)
    {
    }
}
