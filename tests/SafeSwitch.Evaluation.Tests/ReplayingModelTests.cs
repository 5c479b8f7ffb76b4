using SafeSwitch.Backends;

namespace SafeSwitch.Evaluation.Tests;

/// <summary>What is replayed is what would have been computed, bit for bit.</summary>
public sealed class ReplayingModelTests : IAsyncLifetime
{
    private const int Room = 24;

    private static readonly int[] Prompt = [5, 9, 2, 7, 3];

    private static readonly string[] States = ["hidden_states.2", "hidden_states"];

    private readonly TestBundle bundle = TestBundle.Create();
    private readonly Recorder recorder = new();
    private LoadedBundle loaded = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        loaded = TestEvaluation.Load(bundle);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await loaded.DisposeAsync();
        bundle.Dispose();
    }

    [Fact]
    public async Task Runs_that_have_a_beginning_in_common_compute_it_once_and_give_what_a_session_of_their_own_would()
    {
        await using var replaying = await BeginAsync();
        var model = loaded.Model;

        Assert.Equal(await AnswerAsync(model, [1, 2, 3, 4, 5, 6]), await AnswerAsync(replaying, [1, 2, 3, 4, 5, 6]));
        Assert.Equal(7, replaying.Computed);

        // A pilot of three tokens, then the refusal.
        Assert.Equal(await AnswerAsync(model, [1, 2, 3], [8, 9]), await AnswerAsync(replaying, [1, 2, 3], [8, 9]));
        Assert.Equal(7 + 3, replaying.Computed);

        // Another pilot, the same refusal and more of it.
        Assert.Equal(await AnswerAsync(model, [1], [8, 9, 10]), await AnswerAsync(replaying, [1], [8, 9, 10]));
        Assert.Equal(7 + 4, replaying.Computed);

        // Everything is there.
        Assert.Equal(await AnswerAsync(model, [1, 2, 3, 4]), await AnswerAsync(replaying, [1, 2, 3, 4]));
        Assert.Equal(7 + 4, replaying.Computed);
    }

    /// <summary>A refusal runs the prompt's last token once more, alone; what follows the prompt must not follow that.</summary>
    [Fact]
    public async Task An_answer_goes_on_from_the_prompt_as_it_was_run_first()
    {
        await using var replaying = await BeginAsync();
        await AnswerAsync(replaying, [1, 2], [8, 9, 10, 11]);

        Assert.Equal(await AnswerAsync(loaded.Model, [1, 2, 3, 4]), await AnswerAsync(replaying, [1, 2, 3, 4]));
        Assert.Equal(await AnswerAsync(loaded.Model, [1, 2, 3], [8, 9, 10, 11, 12]), await AnswerAsync(replaying, [1, 2, 3], [8, 9, 10, 11, 12]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    public async Task What_is_beyond_the_budget_is_computed_again_and_the_same(long budget)
    {
        await using var replaying = await BeginAsync(budget);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(await AnswerAsync(loaded.Model, [1, 2, 3, 4]), await AnswerAsync(replaying, [1, 2, 3, 4]));
            Assert.Equal(await AnswerAsync(loaded.Model, [1, 2], [8, 9, 10]), await AnswerAsync(replaying, [1, 2], [8, 9, 10]));
        }

        Assert.True(replaying.Computed > 5 + 4, $"{replaying.Computed} runs were computed");
    }

    [Fact]
    public async Task A_replayed_run_counts_with_the_time_that_it_took()
    {
        await using var replaying = await BeginAsync();
        var computed = recorder.Begin(null);
        await AnswerAsync(replaying, [1, 2, 3], [8, 9]);
        var replayed = recorder.Begin(null);
        await AnswerAsync(replaying, [1, 2, 3], [8, 9]);

        Assert.True(computed.PrefillMs > 0);
        Assert.Equal((computed.PrefillMs, computed.FirstTokenMs, computed.DecodeMs()), (replayed.PrefillMs, replayed.FirstTokenMs, replayed.DecodeMs()));
        Assert.Equal(1, replayed.Restarts);
        // Two tokens of the refusal; the step that begins it is none of them.
        Assert.Equal(replayed.DecodeMs(), replayed.DecodeMs(2));
        Assert.True(replayed.DecodeMs(1) < replayed.DecodeMs());
    }

    [Fact]
    public async Task Sessions_take_turns_and_one_that_is_given_up_leaves_the_rest_whole()
    {
        await using var replaying = await BeginAsync();
        var first = await replaying.OpenSessionAsync(new DecodingOptions { Capacity = Room }, Token);
        var second = replaying.OpenSessionAsync(new DecodingOptions { Capacity = Room }, Token);
        Assert.False(second.IsCompleted);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.PrefillAsync(Prompt, new CancellationToken(true)).AsTask());
        await first.DisposeAsync();
        await (await second).DisposeAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => replaying.OpenSessionAsync(new DecodingOptions { Capacity = Room, HiddenStates = ["none"] }, Token).AsTask());
        Assert.Equal(await AnswerAsync(loaded.Model, [1, 2]), await AnswerAsync(replaying, [1, 2]));
    }

    private async Task<ReplayingModel> BeginAsync(long budget = 1 << 30)
    {
        var replaying = new ReplayingModel(loaded.Model, States, recorder, budget);
        await replaying.BeginAsync([PromptMessage.User("")], new EncodedPrompt(Prompt, new float[Prompt.Length]), Room);
        return replaying;
    }

    /// <summary>Logits and states after every run, of an answer and of a refusal in its place.</summary>
    private static async Task<List<string>> AnswerAsync(ILanguageModel model, int[] answer, int[]? refusal = null)
    {
        List<string> seen = [];
        await using var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = Room, HiddenStates = States }, Token);
        await session.PrefillAsync(Prompt, Token);
        See();
        foreach (var token in answer)
            await DecodeAsync(token);
        if (refusal is not null)
        {
            session.Rewind(Prompt.Length - 1);
            session.SetAdapter("refusal");
            await DecodeAsync(Prompt[^1]);
            foreach (var token in refusal)
                await DecodeAsync(token);
        }

        return seen;

        async ValueTask DecodeAsync(int token)
        {
            await session.DecodeAsync(token, Token);
            See();
        }

        void See()
        {
            seen.Add(Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(session.Logits)));
            foreach (var name in States)
            {
                var states = session.GetHiddenStates(name);
                seen.Add($"{name} {states.Positions}x{states.Width} {states.Type} {Convert.ToHexString(states.Data)}");
            }
        }
    }
}
