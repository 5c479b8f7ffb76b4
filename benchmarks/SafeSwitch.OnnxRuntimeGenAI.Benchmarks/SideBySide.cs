using System.Globalization;
using SafeSwitch.Benchmarks;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.OnnxRuntimeGenAI.Benchmarks;

/// <summary>
/// Runs what it compares in turn, round by round, and takes the median of the rounds' ratios to GenAI's own loop on the model as
/// published: what the machine does to one it does to all.
/// </summary>
internal static class SideBySide
{
    private const string PublishedGraph = "model.onnx";
    private const int AnswerTokens = 33;

    public static async Task RunAsync(int rounds, int threads, int[] lengths)
    {
        var bundle = Bundle.Open(Workload.Bundle);
        var decoder = bundle.Manifest.Decoder;
        var allPositions = File.Exists(bundle.PathOf(PublishedGraph)) ? PublishedGraph : decoder.TrainingGraph ?? decoder.Graph;
        var loaded = new OnnxRuntimeBackend(new OnnxRuntimeOptions { IntraOpThreads = threads }).Load(bundle);
        await using var onnxRuntime = new GuardedModel(loaded);
        await using var genAI = new GuardedModel(new OnnxRuntimeGenAIBackend(new OnnxRuntimeGenAIOptions { IntraOpThreads = threads }).Load(bundle));

        // After the backends: the library binds the ONNX Runtime that is loaded before it.
        using var published = new GenAILoop(bundle.Folder, allPositions, threads);
        using var serving = new GenAILoop(bundle.Folder, decoder.Graph, threads);

        Console.WriteLine($"{onnxRuntime.Info.Name}, {threads} threads, {rounds} rounds, medians; ratios are medians of the rounds' ratios to the first line");
        foreach (var length in lengths)
        {
            var request = Workload.Request(loaded.Model, length, AnswerTokens);
            var prompt = loaded.Model.Tokenizer.Encode(request.Messages).Tokens;
            var unguarded = request with { Unguarded = true };
            var answer = (await onnxRuntime.GenerateAsync(unguarded)).Tokens.Count;
            (string Name, Func<Task<(double, double)>> Take)[] cases =
            [
                ("GenAI's loop, " + allPositions, () => Task.FromResult(published.Take(prompt.Span, answer))),
                ("GenAI's loop, " + decoder.Graph, () => Task.FromResult(serving.Take(prompt.Span, answer))),
                ("default backend, unguarded", () => Take(onnxRuntime, unguarded)),
                ("default backend, guarded", () => Take(onnxRuntime, request with { Policy = Workload.Clearing })),
                ("default backend, intervening", () => Take(onnxRuntime, request with { Policy = Workload.Intervening })),
                ("GenAI backend, unguarded", () => Take(genAI, unguarded)),
                ("GenAI backend, guarded", () => Take(genAI, request with { Policy = Workload.Clearing })),
                ("GenAI backend, intervening", () => Take(genAI, request with { Policy = Workload.Intervening })),
            ];
            var samples = cases.Select(_ => new List<(double First, double Per)>()).ToArray();
            for (var round = -1; round < rounds; round++)
            {
                for (var i = 0; i < cases.Length; i++)
                {
                    var sample = await cases[i].Take();
                    if (round >= 0)
                        samples[i].Add(sample);
                }
            }

            Console.WriteLine($"{prompt.Length} prompt tokens, {answer} answer tokens");
            for (var i = 0; i < cases.Length; i++)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {cases[i].Name,-36} first token {Median.Of(samples[i].Select(s => s.First)),8:0.0} ms (x{Ratio(samples[i], samples[0], s => s.First):0.000})"
                    + $"   per token {Median.Of(samples[i].Select(s => s.Per)),6:0.00} ms (x{Ratio(samples[i], samples[0], s => s.Per):0.000})"));
            }
        }
    }

    private static async Task<(double, double)> Take(GuardedModel model, GenerationRequest request)
    {
        var sample = await Sample.TakeAsync(model, request);
        return (sample.FirstToken, sample.PerToken);
    }

    private static double Ratio(
        List<(double First, double Per)> own, List<(double First, double Per)> baseline, Func<(double First, double Per), double> time) =>
        Median.Of(own.Zip(baseline, (a, b) => time(a) / time(b)));
}
