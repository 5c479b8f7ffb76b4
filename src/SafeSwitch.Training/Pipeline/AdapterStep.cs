using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Trains the refusal adapter.</summary>
internal static class AdapterStep
{
    public static async Task<AdapterRecord> RunAsync(
        BuildContext context, CollectionDecoder decoder, StateStore store, string rows, CancellationToken cancellationToken)
    {
        var folder = context.Files.Folder;
        string[] files = [Path.Combine(folder, AdapterRecord.AdapterOf(AdapterRecord.Refusal)), Path.Combine(folder, AdapterRecord.FileOf(AdapterRecord.Refusal))];
        var stamp = new StepStamp<AdapterRecord>(context.Files.Work, "adapter");
        var options = context.Recipe.Adapter with { Seed = context.Recipe.Seed, Threads = context.Options.Threads };
        var inputs = InputDigest.Of(rows, options with { Threads = 1 }, ToolVersion.Text);
        if (stamp.Standing(inputs, files) is { } standing)
            return standing;

        var training = new AdapterTask(store, decoder.Folder, folder, context.Progress) { Texts = context.Refusals };
        var record = await training.TrainAsync(options, cancellationToken).ConfigureAwait(false);
        var (report, quality) = (record.Report, record.Quality);
        if (report.BaseCanHardlyRefuse)
        {
            context.Report("adapter",
                $"the base model predicts only {report.BaseTop1:P0} of the refusals' tokens: expect refusals that are less than fluent");
        }

        context.Report("adapter",
            $"top-1 on held-out refusals {report.BaseTop1:P1} -> {report.AdaptedTop1:P1} ({report.HeldOutTokens:N0} tokens); of {quality.Answers} answers " +
            $"{quality.Refused} refuse, {quality.Fluent} fluently, {quality.NamedTopic} naming the topic");
        return stamp.Keep(inputs, files, record);
    }
}
