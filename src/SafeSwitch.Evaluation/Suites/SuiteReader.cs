using SafeSwitch.Evaluation.Goals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Evaluation.Suites;

/// <summary>Reads and checks suites.</summary>
public static class SuiteReader
{
    private static readonly string[] KnownMethods = [.. Methods.Fixed, Methods.Policies];

    /// <summary>Reads a suite.</summary>
    /// <exception cref="RecipeException">It is missing, malformed or does not make sense.</exception>
    public static EvaluationSuite Read(string path)
    {
        var suite = SettingsFile.Read<EvaluationSuite>(path, "an evaluation suite");
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

        var unknown = suite.Methods?.FirstOrDefault(m => !KnownMethods.Contains(m, StringComparer.Ordinal));
        Require(unknown is null, "methods", $"'{unknown}'", $"some of: {string.Join(", ", KnownMethods)}");
        Require(!suite.Compares(Methods.Reference) || suite.Reference is not null, "reference", "nothing", "the file of the probe that `methods` asks for");
        Require(
            suite.Reference is not { } form || (form.PilotTokens >= 1 && form.PilotTokens <= suite.AnswerTokens),
            "reference.pilot_tokens", $"{suite.Reference?.PilotTokens}", $"a number in [1, {suite.AnswerTokens}], the tokens of an answer");
        Require(!string.IsNullOrWhiteSpace(suite.SafetyPrompt), "safety_prompt", "an empty text", "what the model is told");

        Require(
            suite.UtilityTokens >= suite.AnswerTokens, "utility_tokens", $"{suite.UtilityTokens}", $"a number in [{suite.AnswerTokens}, 4096], at least answer_tokens");

        Require(suite.Breakdowns is null || !suite.Breakdowns.Any(string.IsNullOrWhiteSpace), "breakdowns", "a field without a name", "names of fields");
        foreach (var (name, goal) in suite.Goals)
        {
            Require(
                EvaluationGoal.Known.Contains(goal.FigureOf(name), StringComparer.Ordinal),
                $"goals.{name}{(goal.Figure is null ? "" : ".figure")}", $"'{goal.FigureOf(name)}'", $"a figure: one of {string.Join(", ", EvaluationGoal.Known)}");
            Require(goal is not { Max: null, Min: null }, $"goals.{name}", "neither `max` nor `min`", "what the figure may be at most, or must be at least");
            Require(!(goal.Min > goal.Max), $"goals.{name}", $"a `min` of {goal.Min} above a `max` of {goal.Max}", "a range");
        }

        void Require(bool condition, string field, string found, string expected)
        {
            if (!condition)
                throw new RecipeException(path, field, found, expected);
        }
    }
}
