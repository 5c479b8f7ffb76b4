using System.Numerics.Tensors;
using CsCheck;
using SafeSwitch.Backends;

namespace SafeSwitch.Tests;

/// <summary>
/// What every backend's sessions promise, to the letter of their errors. A backend's tests derive a class that loads a small model with
/// an adapter "refusal" and two hidden states or more.
/// </summary>
public abstract class DecodingContract
{
    private const string Adapter = "refusal";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>How far numbers may be apart that the same tokens give in different runs.</summary>
    protected virtual float Tolerance => 1e-3f;

    /// <summary>Loads the model.</summary>
    protected abstract ILanguageModel Load();

    [Fact]
    public async Task A_session_that_can_not_be_is_refused_by_name()
    {
        await using var model = Load();
        var context = model.Info.ContextLength;
        foreach (var capacity in new[] { 0, -1, context + 1 })
        {
            var range = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await OpenAsync(model, capacity));
            Assert.StartsWith($"Capacity: found {capacity}, expected from 1 to the model's context length, {context}.", range.Message, StringComparison.Ordinal);
        }

        var unknown = await Assert.ThrowsAsync<ArgumentException>(async () =>
            await model.OpenSessionAsync(new DecodingOptions { Capacity = 8, HiddenStates = ["hidden_states.99"] }, Token));
        Assert.StartsWith($"Hidden state: found 'hidden_states.99', expected one that the model exports: {List(model.Info.HiddenStates)}.", unknown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await model.OpenSessionAsync(new DecodingOptions { Capacity = 8 }, new CancellationToken(canceled: true)));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await model.OpenSessionAsync(null!, Token));
    }

    [Fact]
    public async Task A_call_that_can_not_be_is_refused_by_name_and_changes_nothing()
    {
        await using var model = Load();
        var vocabulary = model.Info.VocabularySize;
        var state = model.Info.HiddenStates[0];
        await using var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = 8, HiddenStates = [state] }, Token);
        await session.PrefillAsync(Prompt(model, 4), Token);
        var logits = session.Logits.ToArray();
        var states = session.GetHiddenStates(state).Data.ToArray();

        await Refused<ArgumentException>("Tokens: found none, expected at least one.", async () => await session.PrefillAsync(ReadOnlyMemory<int>.Empty, Token));
        await Refused<ArgumentException>($"Token 1: found {vocabulary}, expected one from 0 to {vocabulary - 1}.", async () => await session.PrefillAsync(new[] { 1, vocabulary }, Token));
        await Refused<ArgumentException>($"Token 0: found -1, expected one from 0 to {vocabulary - 1}.", async () => await session.DecodeAsync(-1, Token));
        await Refused<InvalidOperationException>(
            "The session was opened for 8 positions and holds 4: 5 more do not fit.", async () => await session.PrefillAsync(Prompt(model, 5), Token));
        await Refused<ArgumentOutOfRangeException>("Length: found 5, expected from 0 to 4, the session's own.", () => Done(() => session.Rewind(5)));
        await Refused<ArgumentOutOfRangeException>("Length: found -1, expected from 0 to 4, the session's own.", () => Done(() => session.Rewind(-1)));
        await Refused<ArgumentException>(
            $"Adapter: found 'nobody', expected one that the model has: {List(model.Info.Adapters)}.", () => Done(() => session.SetAdapter("nobody")));
        var other = model.Info.HiddenStates[1];
        await Refused<ArgumentException>(
            $"Hidden state: found '{other}', expected one that the session was opened for: {state}.", () => Done(() => session.GetHiddenStates(other)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await session.DecodeAsync(1, new CancellationToken(canceled: true)));

        Assert.Equal((4, 8), (session.Length, session.Capacity));
        Assert.Equal(logits, session.Logits.ToArray());
        Assert.Equal(states, session.GetHiddenStates(state).Data.ToArray());
        await session.PrefillAsync(Prompt(model, 4), Token);
        Assert.Equal(8, session.Length);
    }

    [Fact]
    public async Task Nothing_can_be_read_before_a_run_and_after_a_rewind()
    {
        await using var model = Load();
        await using var session = await OpenAsync(model, 8);
        await NothingToRead(session, model);
        await session.PrefillAsync(Prompt(model, 6), Token);
        session.Rewind(4);
        Assert.Equal(4, session.Length);
        await NothingToRead(session, model);
    }

    [Fact]
    public async Task A_disposed_session_says_so_at_every_call()
    {
        await using var model = Load();
        var session = await OpenAsync(model, 8);
        await session.PrefillAsync(Prompt(model, 4), Token);
        await session.DisposeAsync();
        await session.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await session.PrefillAsync(Prompt(model, 1), Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await session.DecodeAsync(1, Token));
        Assert.Throws<ObjectDisposedException>(() => session.Logits.Length);
        Assert.Throws<ObjectDisposedException>(() => session.GetHiddenStates(model.Info.HiddenStates[0]));
        Assert.Throws<ObjectDisposedException>(() => session.Rewind(0));
        Assert.Throws<ObjectDisposedException>(() => session.SetAdapter(null));
    }

    [Fact]
    public async Task A_session_outlives_its_model()
    {
        var model = Load();
        await using var session = await OpenAsync(model, 8);
        await model.DisposeAsync();
        await model.DisposeAsync();

        session.SetAdapter(Adapter);
        await session.PrefillAsync(Prompt(model, 4), Token);

        Assert.Equal(4, session.Length);
        Assert.Equal(model.Info.VocabularySize, session.Logits.Length);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await OpenAsync(model, 8));
    }

    [Fact]
    public async Task A_second_call_while_one_runs_is_refused_and_the_first_goes_on_undisturbed()
    {
        await using var model = Load();
        await using var session = await OpenAsync(model, 12);
        using var tokens = new HeldTokens(Prompt(model, 9));
        var running = Task.Run(async () => await session.PrefillAsync(tokens.Memory, Token), Token);
        await tokens.Reached;

        const string Reason = "The session is running: it serves one caller at a time.";
        await Refused<InvalidOperationException>(Reason, async () => await session.PrefillAsync(Prompt(model, 2), Token));
        await Refused<InvalidOperationException>(Reason, async () => await session.DecodeAsync(1, Token));
        await Refused<InvalidOperationException>(Reason, () => Done(() => session.Rewind(0)));
        await Refused<InvalidOperationException>(Reason, () => Done(() => session.SetAdapter(Adapter)));
        await Refused<InvalidOperationException>(Reason, () => Done(() => _ = session.Logits.Length));
        await Refused<InvalidOperationException>(Reason, () => Done(() => session.GetHiddenStates(model.Info.HiddenStates[0])));

        tokens.LetGo();
        await running;
        Assert.Equal(9, session.Length);
        Assert.InRange(Distance(await RunAsync(model, Prompt(model, 9), adapter: null), session.Logits), 0, Tolerance);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_ends_and_the_session_goes_on_from_where_it_was()
    {
        await using var model = Load();
        await using var session = await OpenAsync(model, 40);
        await session.PrefillAsync(Prompt(model, 3), Token);
        using var source = new CancellationTokenSource();
        using var tokens = new HeldTokens([.. Prompt(model, 30).Reverse()]);
        var running = Task.Run(async () => await session.PrefillAsync(tokens.Memory, source.Token), Token);
        await tokens.Reached;

        await source.CancelAsync();
        tokens.LetGo();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal(3, session.Length);
        await NothingToRead(session, model);
        await session.DecodeAsync(Prompt(model, 4)[3], Token);
        Assert.InRange(Distance(await RunAsync(model, Prompt(model, 4), adapter: null), session.Logits), 0, Tolerance);
    }

    [Fact]
    public async Task Disposing_while_a_call_runs_ends_it_first()
    {
        await using var model = Load();
        var session = await OpenAsync(model, 30);
        using var tokens = new HeldTokens(Prompt(model, 30));
        var running = Task.Run(async () => await session.PrefillAsync(tokens.Memory, CancellationToken.None), Token);
        await tokens.Reached;

        var disposing = session.DisposeAsync();
        Assert.False(disposing.IsCompleted, "what the call uses is freed while it runs");
        tokens.LetGo();
        await disposing;

        await Assert.ThrowsAsync<ObjectDisposedException>(() => running);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await session.DecodeAsync(1, Token));
    }

    [Fact]
    public async Task Hidden_states_are_those_of_the_positions_just_run()
    {
        await using var model = Load();
        await using var session = await OpenAsync(model, 12);
        foreach (var count in new[] { 5, 1, 3 })
        {
            await session.PrefillAsync(Prompt(model, count), Token);
            foreach (var name in model.Info.HiddenStates)
            {
                var states = session.GetHiddenStates(name);
                Assert.Equal((name, count, model.Info.HiddenSize), (states.Name, states.Positions, states.Width));
                var size = states.Type == HiddenStateType.Float32 ? 4 : 2;
                Assert.Equal(count * model.Info.HiddenSize * size, states.Data.Length);
            }
        }
    }

    [Fact]
    public async Task An_adapter_changes_the_runs_to_come_and_nothing_else()
    {
        await using var model = Load();
        var prompt = Prompt(model, 7);
        var plain = await RunAsync(model, prompt, adapter: null);
        var adapted = await RunAsync(model, prompt, Adapter);
        Assert.True(Distance(plain, adapted) > Tolerance, "the adapter changes nothing");

        await using var session = await OpenAsync(model, 8);
        await session.PrefillAsync(prompt, Token);
        foreach (var (name, expected, before) in new[] { (Adapter, adapted, plain), (null, plain, adapted), (Adapter, adapted, plain) })
        {
            session.SetAdapter(name);
            Assert.InRange(Distance(before, session.Logits), 0, Tolerance);
            session.Rewind(6);
            await session.DecodeAsync(prompt[6], Token);
            Assert.InRange(Distance(expected, session.Logits), 0, Tolerance);
        }
    }

    [Fact]
    public async Task Two_sessions_do_not_disturb_each_other()
    {
        await using var model = Load();
        int[] first = Prompt(model, 9), second = [.. Prompt(model, 9).Reverse()];
        await using var left = await OpenAsync(model, 9);
        await using var right = await OpenAsync(model, 9);
        right.SetAdapter(Adapter);
        for (var i = 0; i < 9; i++)
        {
            await left.DecodeAsync(first[i], Token);
            await right.DecodeAsync(second[i], Token);
        }

        Assert.InRange(Distance(await RunAsync(model, first, adapter: null), left.Logits), 0, Tolerance);
        Assert.InRange(Distance(await RunAsync(model, second, Adapter), right.Logits), 0, Tolerance);
    }

    [Fact]
    public async Task A_token_that_ends_an_answer_is_run_like_any_other()
    {
        await using var model = Load();
        foreach (var end in model.Info.EndTokens)
        {
            int[] history = [.. Prompt(model, 4), end, .. Prompt(model, 2)];
            await using var session = await OpenAsync(model, history.Length);
            await session.PrefillAsync(history.AsMemory(0, 4), Token);
            for (var i = 4; i < history.Length; i++)
            {
                await session.DecodeAsync(history[i], Token);
                Assert.InRange(Distance(await RunAsync(model, history[..(i + 1)], adapter: null), session.Logits), 0, Tolerance);
            }
        }
    }

    [Fact]
    public async Task Any_history_ends_where_its_tokens_end()
    {
        await using var model = Load();
        const int Capacity = 60;
        var vocabulary = model.Info.VocabularySize;
        var step = Gen.OneOf(
            Gen.Int[0, vocabulary - 1].Array[1, 6].Select(t => (Action: "run", Tokens: t, Number: 0)),
            Gen.Int[0, 60].Select(n => (Action: "rewind", Tokens: Array.Empty<int>(), Number: n)),
            Gen.Int[0, 1].Select(n => (Action: "adapter", Tokens: Array.Empty<int>(), Number: n)));
        await Gen.Select(step.Array[1, 9], Gen.Int[0, vocabulary - 1]).SampleAsync(
            async (steps, last) =>
            {
                await using var session = await OpenAsync(model, Capacity);
                List<int> kept = [];
                string? adapter = null;
                foreach (var (action, tokens, number) in steps)
                {
                    switch (action)
                    {
                        case "run":
                            await session.PrefillAsync(tokens, Token);
                            kept.AddRange(tokens);
                            break;
                        case "rewind":
                            var length = Math.Min(number, kept.Count);
                            session.Rewind(length);
                            kept.RemoveRange(length, kept.Count - length);
                            break;
                        default:
                            adapter = number == 0 ? null : Adapter;
                            session.SetAdapter(adapter);
                            break;
                    }

                    Assert.Equal(kept.Count, session.Length);
                }

                await session.DecodeAsync(last, Token);
                kept.Add(last);
                await using var reference = await OpenAsync(model, Capacity);
                reference.SetAdapter(adapter);
                await reference.PrefillAsync(kept.ToArray(), Token);
                Assert.InRange(Distance(reference.Logits, session.Logits), 0, Tolerance);
                foreach (var name in model.Info.HiddenStates)
                {
                    float[] expected = new float[model.Info.HiddenSize], found = new float[model.Info.HiddenSize];
                    reference.GetHiddenStates(name).CopyRow(kept.Count - 1, expected);
                    session.GetHiddenStates(name).CopyRow(0, found);
                    Assert.InRange(Distance(expected, found), 0, Tolerance);
                }
            },
            iter: 30, threads: 1);
    }

    private static ValueTask<DecodingSession> OpenAsync(ILanguageModel model, int capacity) =>
        model.OpenSessionAsync(new DecodingOptions { Capacity = capacity, HiddenStates = model.Info.HiddenStates }, Token);

    private static async Task<float[]> RunAsync(ILanguageModel model, int[] prompt, string? adapter)
    {
        await using var session = await OpenAsync(model, prompt.Length);
        session.SetAdapter(adapter);
        await session.PrefillAsync(prompt, Token);
        return session.Logits.ToArray();
    }

    private static async Task NothingToRead(DecodingSession session, ILanguageModel model)
    {
        const string Reason = "nothing was run since the session was opened, rewound or failed.";
        await Refused<InvalidOperationException>($"There are no logits: {Reason}", () => Done(() => _ = session.Logits.Length));
        await Refused<InvalidOperationException>($"There are no hidden states: {Reason}", () => Done(() => session.GetHiddenStates(model.Info.HiddenStates[0])));
    }

    private static async Task Refused<TException>(string message, Func<Task> call)
        where TException : Exception =>
        Assert.StartsWith(message, (await Assert.ThrowsAsync<TException>(call)).Message, StringComparison.Ordinal);

    private static Task Done(Action call)
    {
        call();
        return Task.CompletedTask;
    }

    private static int[] Prompt(ILanguageModel model, int count) => [.. Enumerable.Range(1, count).Select(i => i * 7919 % model.Info.VocabularySize)];

    private static string List(IEnumerable<string> names) => string.Join(", ", names);

    private static float Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        Assert.Equal(left.Length, right.Length);
        return TensorPrimitives.Distance(left, right) / MathF.Sqrt(left.Length);
    }
}
