using SafeSwitch.Backends;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>A folder of made-up states, collected from a model that is made up.</summary>
internal static class SyntheticStore
{
    public const string Layer = MadeUpModel.Layer;

    /// <summary>Rows with states of content positions, half of them harmful.</summary>
    public static Task WritePromptsAsync(string folder, int rows, int width, int positions) => CollectAsync(
        folder, new MadeUpModel(width, vocabulary: 8, positions), Enumerable.Range(0, rows).Select(i => new CollectionRequest(Row(i, harmful: i % 2 == 0))));

    /// <summary>Harmful rows with a refusal of <paramref name="length"/> tokens each.</summary>
    public static Task WriteRefusalsAsync(string folder, int tokens, int length, int width, int vocabulary)
    {
        var random = new Random(3);
        return CollectAsync(folder, new MadeUpModel(width, vocabulary, positions: 1), Enumerable.Range(0, tokens / length).Select(i =>
        {
            // The token that ends it is the last one.
            var text = string.Join(' ', Enumerable.Range(1, length - 1).Select(_ => random.Next(1, vocabulary)));
            // Of a validation row that is harmful the trainer asks the decoder for an answer, and this one's says nothing.
            return new CollectionRequest(Row(i, harmful: !IsHeldOut(i))) { Refusal = new RefusalTarget($"kind {i % 12}", text) };
        }));
    }

    private static Task<CollectionSummary> CollectAsync(string folder, MadeUpModel model, IEnumerable<CollectionRequest> requests) =>
        new StateCollector(model, "made up", new CollectionOptions { ReusePrefixes = false }).CollectAsync([.. requests], folder);

    private static bool IsHeldOut(int row) => row % 10 is 1 or 4;

    private static DataRow Row(int row, bool harmful) => new()
    {
        Id = $"{row}", Set = "made-up", Source = $"source {row % 8}",
        Messages = [PromptMessage.User($"{(harmful ? MadeUpModel.Positive : "negative")}, request {row}")],
        Harmful = harmful, Split = IsHeldOut(row) ? DataSplits.Validation : DataSplits.Train,
    };
}
