using SafeSwitch.OnnxRuntime;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>States and answers of all rows. Resumes by itself: rows that stand are not run again.</summary>
internal static class CollectionStep
{
    public static async Task<(string Folder, IReadOnlySet<string> Keys)> RunAsync(
        BuildContext context, CollectionDecoder decoder, CancellationToken cancellationToken)
    {
        var recipe = context.Recipe;
        var folder = Path.Combine(context.Files.Work, "states");
        var budgets = Budgets(recipe);
        var requests = new CollectionPlan(context.Refusals, recipe.Phrasings, recipe.Seed).Make(context.Rows.Rows, set => budgets[set]);
        var model = OnnxLanguageModel.Load(decoder.Folder, options: new OnnxRuntimeOptions { IntraOpThreads = context.Options.Threads });
        await using (model.ConfigureAwait(false))
        {
            var options = new CollectionOptions
            {
                Layers = [.. recipe.Collect.Layers.Distinct().Order().Select(l => $"hidden_states.{l}"), "hidden_states"],
                AnswerTokens = recipe.Collect.AnswerTokens,
                PilotTokens = recipe.Collect.PilotTokens,
                IsRefusal = RefusalMatcher.IsRefusal,
                Shard = context.Options.Shard,
                Fingerprint = decoder.Fingerprint,
            };
            var summary = await new StateCollector(model, options)
                .CollectAsync(requests, folder, context.Progress, cancellationToken).ConfigureAwait(false);
            if (summary.Rows > 0)
            {
                context.Report("collect",
                    $"{summary.Rows} rows, {summary.PromptTokens:N0} prompt tokens, of which {summary.TokensRun:N0} were run " +
                    $"({1 - (double)summary.TokensRun / summary.PromptTokens:P0} shared with the row before); {summary.AnswerTokens:N0} answer tokens");
            }

            foreach (var note in summary.Notes)
                context.Report("collect", note);
            foreach (var problem in summary.Problems)
                context.Report("collect", $"left out: {problem}");
        }

        return (folder, requests.Select(r => r.Row.Key).ToHashSet(StringComparer.Ordinal));
    }

    private static Dictionary<string, CollectionBudget> Budgets(Recipe recipe)
    {
        var budgets = recipe.Data.ToDictionary(
            d => Path.GetFileNameWithoutExtension(d.File),
            d => new CollectionBudget(d.HarmfulAnswers, d.HarmlessAnswers, d.Refusals),
            StringComparer.Ordinal);
        if (recipe.Wrappers is { } wrappers)
            budgets[RowWrapper.Set] = new CollectionBudget(wrappers.HarmfulAnswers, wrappers.HarmlessAnswers, wrappers.Refusals);
        return budgets;
    }
}
