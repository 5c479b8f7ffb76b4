using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Batching;
using SafeSwitch.OnnxRuntime.Decoding;
using SafeSwitch.OnnxRuntime.Tests.Decoding;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Batching;

/// <summary>Several sequences at once give what each gives alone, whatever comes and goes beside it.</summary>
public sealed class BatchRunnerTests(SmallDecoder decoder)
{
    private static readonly float Tolerance = TestProvider.Tolerance(1e-4f, others: 1e-3f);
    private const int Capacity = 64;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Rows_that_come_and_go_are_as_alone(int seed)
    {
        var random = new Random(seed);
        await using var model = decoder.Load();
        using var batch = new BatchRunner(model.Decoder, slots: 5, Capacity, model.Decoder.Layout.HiddenStates);
        var rows = new List<List<int>>();
        for (var step = 0; step < 40; step++)
        {
            while (rows.Count < batch.Slots && (rows.Count == 0 || random.Next(3) > 0))
            {
                var tokens = SmallDecoder.Prompt(random.Next(), random.Next(1, 30)).ToList();
                await using var session = await OpenAsync(model);
                await session.PrefillAsync(tokens.ToArray(), TestContext.Current.CancellationToken);
                batch.Add(session);
                rows.Add(tokens);
            }

            foreach (var tokens in rows)
                tokens.Add(random.Next(3, SmallDecoder.Vocabulary));
            batch.Run(rows.Select(t => t[^1]).ToArray(), TestContext.Current.CancellationToken);
            for (var row = 0; row < rows.Count; row++)
                await AssertAsAlone(model, rows[row], batch, row);

            for (var row = rows.Count - 1; row >= 0; row--)
            {
                if (rows[row].Count < Capacity - 1 && random.Next(5) > 0)
                    continue;
                batch.Remove(row);
                rows[row] = rows[^1];
                rows.RemoveAt(rows.Count - 1);
            }
        }
    }

    [Fact]
    public async Task A_full_batch_and_a_full_row_are_refused()
    {
        await using var model = decoder.Load();
        using var batch = new BatchRunner(model.Decoder, slots: 1, Capacity, []);
        await using var session = await OpenAsync(model);
        await session.PrefillAsync(SmallDecoder.Prompt(1, Capacity), TestContext.Current.CancellationToken);
        batch.Add(session);
        Assert.Throws<InvalidOperationException>(() => batch.Add(session));
        Assert.Throws<ArgumentException>(() => batch.Run([], TestContext.Current.CancellationToken));
        Assert.Throws<InvalidOperationException>(() => batch.Run([3], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_cancelled_run_leaves_the_rows_as_they_were()
    {
        await using var model = decoder.Load();
        using var batch = new BatchRunner(model.Decoder, slots: 2, Capacity, model.Decoder.Layout.HiddenStates);
        var tokens = SmallDecoder.Prompt(1, 9).ToList();
        await using var session = await OpenAsync(model);
        await session.PrefillAsync(tokens.ToArray(), TestContext.Current.CancellationToken);
        batch.Add(session);
        Assert.ThrowsAny<OperationCanceledException>(() => batch.Run([5], new CancellationToken(canceled: true)));

        tokens.Add(7);
        batch.Run([7], TestContext.Current.CancellationToken);
        await AssertAsAlone(model, tokens, batch, 0);
    }

    [Fact]
    public async Task The_probe_tells_which_graphs_are_fit()
    {
        await using var shared = decoder.Load();
        Assert.Null(await shared.WhyNoBatchAsync(TestContext.Current.CancellationToken));
        await using var growing = decoder.Load(sharesCache: false);
        Assert.Contains("in place", await growing.WhyNoBatchAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        // Nothing is left in anyone's hands.
        Assert.Equal(0, shared.OpenCaches);
    }

    private static async Task<DecodingSession> OpenAsync(OnnxLanguageModel model, int capacity = Capacity) =>
        await model.OpenSessionAsync(
            new DecodingOptions { Capacity = capacity, HiddenStates = model.Info.HiddenStates }, TestContext.Current.CancellationToken);

    private static async Task AssertAsAlone(OnnxLanguageModel model, List<int> tokens, BatchRunner batch, int row)
    {
        await using var alone = await OpenAsync(model);
        await alone.PrefillAsync(tokens.ToArray(), TestContext.Current.CancellationToken);
        AssertClose(alone.Logits.ToArray(), batch.Logits(row).ToArray());
        foreach (var name in model.Info.HiddenStates)
        {
            float[] expected = new float[SmallDecoder.Width], found = new float[SmallDecoder.Width];
            alone.GetHiddenStates(name).CopyRow(tokens.Count - 1, expected);
            batch.GetHiddenStates(name).CopyRow(row, found);
            AssertClose(expected, found);
        }
    }

    private static void AssertClose(float[] expected, float[] found)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - found[i]) <= Tolerance * Math.Max(1, Math.Abs(expected[i])), $"{i}: {expected[i]} and {found[i]}");
    }
}
