using System.Numerics.Tensors;
using CsCheck;
using SafeSwitch.OnnxRuntimeGenAI.Decoding;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Decoding;

/// <summary>A session keeps its promises when it is misused, cancelled or disposed.</summary>
public sealed class SessionTests : IAsyncDisposable
{
    private static readonly int[] Prompt = [1, 87, 85, 71, 84, 201, 283, 277];

    private readonly string library = NativeLibraryFixture.Folder;
    private readonly InstrumentedModel files = new("llama", "fp32");
    private readonly GenAIModel model;

    public SessionTests() => model = Models.LoadGenAI(files);

    public async ValueTask DisposeAsync()
    {
        Assert.NotEmpty(library);
        await model.DisposeAsync();
        files.Dispose();
    }

    [Fact]
    public async Task A_prompt_that_ends_in_a_pad_token_is_scored_at_its_end()
    {
        const int Pad = 0;
        using var whole = new TemporaryFolder();
        await using var unpruned = Models.LoadGenAI(Fixtures.Decoder("llama", "fp32-hidden"));
        await using var atOnce = await unpruned.Open(8);
        await using var oneByOne = await unpruned.Open(8);

        await atOnce.PrefillAsync(new[] { 1, 87, Pad }, TestContext.Current.CancellationToken);
        foreach (var token in new[] { 1, 87, Pad })
            await oneByOne.DecodeAsync(token, TestContext.Current.CancellationToken);

        Assert.True(Distance(oneByOne.Logits, atOnce.Logits) < 1e-4f);
    }

    /// <summary>Any sequence of runs, rewinds and switches ends where running the kept tokens at once ends.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_history_ends_where_its_tokens_end(bool neverAppends)
    {
        var tested = neverAppends ? Models.LoadGenAI(files.Folder, null, files.Adapters, neverAppends: true) : model;
        var step = Gen.OneOf(
            Gen.Int[3, files.VocabularySize - 1].Array[1, 6].Select(t => (Action: "run", Tokens: t, Number: 0)),
            Gen.Int[0, 100].Select(n => (Action: "rewind", Tokens: Array.Empty<int>(), Number: n)),
            Gen.Int[0, 2].Select(n => (Action: "adapter", Tokens: Array.Empty<int>(), Number: n)));
        Gen.Select(step.Array[1, 12], Gen.Int[3, files.VocabularySize - 1]).Sample((steps, last) =>
        {
            const int Capacity = 100;
            var session = tested.Open(Capacity).AsTask().Result;
            var reference = model.Open(Capacity).AsTask().Result;
            List<int> kept = [];
            string? adapter = null;
            foreach (var (action, tokens, number) in steps)
            {
                if (action == "run")
                {
                    session.PrefillAsync(tokens).AsTask().Wait();
                    kept.AddRange(tokens);
                }
                else if (action == "rewind")
                {
                    var length = Math.Min(number, kept.Count);
                    session.Rewind(length);
                    kept.RemoveRange(length, kept.Count - length);
                }
                else
                {
                    adapter = number switch { 0 => null, 1 => "refusal", _ => "other" };
                    session.SetAdapter(adapter);
                }
            }

            session.DecodeAsync(last).AsTask().Wait();
            kept.Add(last);
            reference.SetAdapter(adapter);
            reference.PrefillAsync(kept.ToArray()).AsTask().Wait();
            Assert.Equal(reference.Length, session.Length);
            Assert.True(Distance(reference.Logits, session.Logits) < 1e-3f);
            session.DisposeAsync().AsTask().Wait();
            reference.DisposeAsync().AsTask().Wait();
        }, iter: 60, threads: 1);
        if (neverAppends)
            tested.Dispose();
    }

    private static float Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => TensorPrimitives.Distance(left, right);
}
