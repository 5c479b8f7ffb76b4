using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.Policies;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.Probes;

public sealed class ProbeExporterTests : IDisposable
{
    private const int Width = 12;
    private readonly string folder = Directory.CreateTempSubdirectory("probe-exporter-").FullName;

    public static TheoryData<string, string> Designs => new()
    {
        { "last", "prompt" }, { "mean-state", "prompt" }, { "mean", "prompt" }, { "attention", "prompt" },
        { "multimax", "prompt" }, { "rolling", "prompt" }, { "whitened", "prompt" }, { "rolling-one", "prompt" }, { "linear-attention-two-layers", "prompt" },
        { "ensemble", "prompt" }, { "ensemble-probabilities", "prompt" },
        { "mean-state", "response" }, { "rolling", "response" }, { "ensemble", "response" },
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory, MemberData(nameof(Designs))]
    public void The_graph_gives_the_trainers_scores(string name, string stage)
    {
        var states = new SyntheticStates(80, Width, ["hidden_states.18", "hidden_states"], seed: 3, pilot: stage == "response");
        using var session = Train(states, Design(name, stage), out var probe);
        int[] rows = [.. Enumerable.Range(0, states.Rows.Count)];
        var expected = probe.Score(states, rows, threads: 2);
        Assert.True(expected.Distinct().Count() > 40, "scores that don't differ prove nothing");

        foreach (var row in rows)
        {
            // Content in two pieces with other tokens before, between and after, as in a conversation.
            var count = states.Positions(row, "hidden_states").Length / Width;
            var gap = stage == "response" ? 0 : 3 + row % 9;
            var result = Run(session, states, row, before: gap, between: gap, split: count / 2);
            Assert.Equal(1f, result[0] + result[1], 1e-5f);
            Assert.Equal(expected[row], result[1], 1e-4f);
        }
    }

    [Theory, MemberData(nameof(Designs))]
    public void A_prompt_without_content_has_a_probability(string name, string stage)
    {
        var states = new SyntheticStates(80, Width, ["hidden_states.18", "hidden_states"], seed: 4);
        using var session = Train(states, Design(name, stage), out _);
        foreach (var length in new[] { 1, 2, 30 })
        {
            var inputs = states.Layers.ToDictionary(l => l, _ => new float[length * Width]);
            Assert.InRange(Run(session, inputs, new float[length], 1, length)[1], 0, 1);
        }
    }

    [Theory, MemberData(nameof(Designs))]
    public void Rows_of_a_batch_are_scored_as_if_alone(string name, string stage)
    {
        var states = new SyntheticStates(80, Width, ["hidden_states.18", "hidden_states"], seed: 5, minPositions: 14, maxPositions: 14);
        using var session = Train(states, Design(name, stage), out _);
        var alone = new List<float>();
        var together = states.Layers.ToDictionary(l => l, _ => new List<float>());
        var masks = new List<float>();
        for (var row = 0; row < 3; row++)
        {
            var mask = new float[14];
            for (var i = 0; i < mask.Length; i++)
                mask[i] = (i + row) % 3 == 0 ? 0 : 1;
            var inputs = states.Layers.ToDictionary(l => l, l => states.Positions(row, l).ToArray().Select(h => (float)h).ToArray());
            alone.Add(Run(session, inputs, mask, 1, 14)[1]);
            foreach (var layer in states.Layers)
                together[layer].AddRange(inputs[layer]);
            masks.AddRange(mask);
        }

        var batch = Run(session, together.ToDictionary(p => p.Key, p => p.Value.ToArray()), [.. masks], 3, 14);
        for (var row = 0; row < 3; row++)
            Assert.Equal(alone[row], batch[row * 2 + 1], 1e-5f);
    }

    [Fact]
    public void The_longest_prompt_is_scored()
    {
        var states = new SyntheticStates(80, Width, ["hidden_states.18", "hidden_states"], seed: 6);
        using var session = Train(states, Design("ensemble", "prompt"), out _);
        var inputs = states.Layers.ToDictionary(l => l, _ => new float[8192 * Width]);
        var mask = new float[8192];
        mask.AsSpan(10, 8000).Fill(1);
        Assert.InRange(Run(session, inputs, mask, 1, 8192)[1], 0, 1);
    }

    private static ProbeDesign Design(string name, string stage)
    {
        ProbeMemberDesign Member(ProbePooling pooling, params string[] layers) =>
            new() { Pooling = pooling, Layers = layers.Length > 0 ? layers : ["hidden_states.18"], Hidden = [8], Heads = 4 };
        ProbeMemberDesign[] members = name switch
        {
            "last" => [Member(ProbePooling.Last, "hidden_states.18", "hidden_states")],
            "mean-state" => [Member(ProbePooling.MeanState)],
            "mean" => [Member(ProbePooling.Mean) with { Heads = 1 }],
            "attention" => [Member(ProbePooling.Attention) with { Hidden = [8, 8] }],
            "multimax" => [Member(ProbePooling.MultiMax)],
            "rolling" => [Member(ProbePooling.Rolling)],
            "whitened" => [Member(ProbePooling.Rolling, "hidden_states", "hidden_states.18") with { Whiten = 10, Hidden = [8, 8], Training = new() { FeatureDropout = 0.3f } }],
            "rolling-one" => [Member(ProbePooling.Rolling) with { Window = 1 }],
            "linear-attention-two-layers" => [Member(ProbePooling.Attention, "hidden_states", "hidden_states.18") with { Hidden = [] }],
            _ => [Member(ProbePooling.Rolling) with { Copies = 2 }, Member(ProbePooling.Attention), Member(ProbePooling.Last, "hidden_states"), Member(ProbePooling.MultiMax)],
        };
        return new ProbeDesign
        {
            Name = name,
            Stage = stage == "prompt" ? MonitorStage.Prompt : MonitorStage.Response,
            Members = members,
            Average = name == "ensemble-probabilities" ? EnsembleAverage.Probabilities : EnsembleAverage.Logits,
        };
    }

    private InferenceSession Train(SyntheticStates states, ProbeDesign design, out TrainedProbe probe)
    {
        probe = ProbeTrainer.Train(
            states, design, new ProbeTrainingOptions { Epochs = 2, Threads = 1 }, cancellationToken: TestContext.Current.CancellationToken);
        var file = Path.Combine(folder, $"{Guid.NewGuid():N}.onnx");
        ProbeExporter.Write(probe, file);
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        return new InferenceSession(file, options);
    }

    private static float[] Run(InferenceSession session, SyntheticStates states, int row, int before, int between, int split)
    {
        var count = states.Positions(row, "hidden_states").Length / Width;
        var random = new Random(row);
        var length = before + split + between + (count - split) + 1;
        var prompt = session.InputMetadata.ContainsKey("content_mask") || before > 0;
        if (!prompt)
            length = count;
        var mask = new float[length];
        var inputs = new Dictionary<string, float[]>();
        foreach (var layer in states.Layers)
        {
            var sequence = new float[length * Width];
            foreach (ref var x in sequence.AsSpan())
                x = random.NextSingle() * 60 - 30;
            for (var i = 0; i < count; i++)
            {
                var at = !prompt ? i : i < split ? before + i : before + between + i;
                mask[at] = 1;
                for (var k = 0; k < Width; k++)
                    sequence[at * Width + k] = (float)states.Positions(row, layer)[i * Width + k];
            }

            if (prompt)
            {
                for (var k = 0; k < Width; k++)
                    sequence[(length - 1) * Width + k] = (float)states.Last(row, layer)[k];
            }

            inputs[layer] = sequence;
        }

        if (!prompt)
            mask.AsSpan().Fill(1);
        return Run(session, inputs, mask, 1, length);
    }

    private static float[] Run(InferenceSession session, Dictionary<string, float[]> inputs, float[] mask, int batch, int length)
    {
        var feeds = inputs.Where(p => session.InputMetadata.ContainsKey(p.Key))
            .Select(p => NamedOnnxValue.CreateFromTensor(p.Key, new DenseTensor<float>(p.Value, [batch, length, Width]))).ToList();
        if (session.InputMetadata.ContainsKey("content_mask"))
            feeds.Add(NamedOnnxValue.CreateFromTensor("content_mask", new DenseTensor<float>(mask, [batch, length])));
        using var results = session.Run(feeds);
        return [.. results[0].AsEnumerable<float>()];
    }
}
