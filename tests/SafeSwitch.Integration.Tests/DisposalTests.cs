using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.OnnxRuntime.Probes;
using SafeSwitch.Policies;

namespace SafeSwitch.Tests;

/// <summary>
/// Disposal from another thread at every step of a request: its prompt is encoded, its session opened, its prompt's states and its pilot's are
/// looked at, a token's text is made. Each step waits until the disposal was called, so that no clock decides what comes first; and everything
/// below the guard is the real thing, whose native memory would be gone.
/// </summary>
public sealed class DisposalTests : IDisposable
{
    private static readonly OnnxRuntimeBackend Backend = new(new OnnxRuntimeOptions { IntraOpThreads = 1 });

    // Every prompt is suspicious: both stages look, and then the answer is watched.
    private static readonly SafetyPolicy Watched = new() { PromptThreshold = 0, ResponseThreshold = 1, PilotTokens = 3, WatchEvery = 2 };

    // What this decoder of random weights is let answer, and what the adapter takes over in the middle of.
    private const string Cleared = "abc";
    private const string Refused = "x";

    private readonly TestBundle bundle = TestBundle.Create();

    public static TheoryData<string, string> Owners => new MatrixTheoryData<string, string>(["bundle", "guard", "model"], [Cleared, Refused]);

    public void Dispose() => bundle.Dispose();

    [Theory, MemberData(nameof(Owners))]
    public async Task A_request_that_has_begun_ends_as_if_nothing_had_been_disposed(string owner, string question)
    {
        var steps = new Steps();
        string expected;
        await using (var calm = new GuardedModel(steps.Load(bundle.Folder)))
        {
            var result = await calm.GenerateAsync(Request(question));
            Assert.Equal(question == Refused, result.Intervened);
            expected = result.Text;
        }

        var (count, opening) = (steps.Count, steps.OpeningAt);
        Assert.True(count > 16 && steps.Looks > 2, $"only {count} steps and {steps.Looks} looks: '{expected}'");

        for (var step = 0; step < count; step++)
        {
            steps = new Steps();
            var loaded = steps.Load(bundle.Folder);
            var guard = new GuardedModel(loaded);
            var disposed = Task.CompletedTask;
            steps.At(step, () => disposed = owner switch
            {
                "bundle" => loaded.DisposeAsync().AsTask(),
                "guard" => guard.DisposeAsync().AsTask(),
                _ => steps.Model!.DisposeAsync().AsTask(),
            });

            // The model by itself keeps what its sessions need, and takes no more of them.
            if (owner == "model" && step < opening)
                await Assert.ThrowsAsync<ObjectDisposedException>(() => guard.GenerateAsync(Request(question)));
            else
                Assert.Equal(expected, (await guard.GenerateAsync(Request(question))).Text);

            await disposed;
            await Assert.ThrowsAsync<ObjectDisposedException>(() => guard.GenerateAsync(Request(question)));
            await guard.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_host_may_be_disposed_at_every_step_of_a_chat()
    {
        var expected = "";
        for (var step = -1; ; step++)
        {
            var steps = new Steps();
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddSafeSwitch(o => o.BundlePath = bundle.Folder).UseBackend(_ => steps);
            var provider = services.BuildServiceProvider();
            var client = provider.GetRequiredService<IChatClient>();
            var disposed = Task.CompletedTask;
            if (step >= 0)
                steps.At(step, () => disposed = provider.DisposeAsync().AsTask());

            var answer = await client.GetResponseAsync(Refused, new ChatOptions { MaxOutputTokens = 8 }.WithSafetyPolicy(Watched));

            if (step < 0)
                expected = answer.Text;
            Assert.Equal(expected, answer.Text);
            await disposed;
            await provider.DisposeAsync();
            if (step >= steps.Count)
                return;
        }
    }

    [Fact]
    public async Task Probes_that_are_disposed_by_themselves_count_as_failed_at_the_next_look_and_refuse()
    {
        for (var step = 0; step < 30; step++)
        {
            var steps = new Steps();
            await using var guard = new GuardedModel(steps.Load(bundle.Folder));
            var inTime = false;
            steps.At(step, () =>
            {
                inTime = steps.Looks < 2;
                steps.Probes.ForEach(p => p.Dispose());
            });

            var result = await guard.GenerateAsync(Request(Cleared));

            if (inTime)
                Assert.True(result.Verdict!.IsError && result.Intervened, $"step {step}: {result.Verdict!.Reason}");
        }
    }

    [Fact]
    public async Task States_of_a_session_that_is_disposed_before_the_look_are_refused()
    {
        await using var loaded = Backend.Load(Bundle.Open(bundle.Folder));
        var probe = loaded.Probes[0];
        var session = await loaded.Model.OpenSessionAsync(new DecodingOptions { Capacity = 16, HiddenStates = probe.HiddenStates });
        await session.PrefillAsync(new[] { 5, 6, 7, 8 });
        HiddenStates[] states = [.. probe.HiddenStates.Select(session.GetHiddenStates)];
        Assert.InRange(probe.Score(states, default).Probability, 0, 1);

        await session.DisposeAsync();

        Assert.ThrowsAny<Exception>(() => probe.Score(states, default));
        Assert.Throws<ObjectDisposedException>(() => session.GetHiddenStates(probe.HiddenStates[0]));
    }

    [Fact]
    public async Task A_look_beside_the_disposal_of_everything_gives_its_score_or_is_refused()
    {
        var loaded = Backend.Load(Bundle.Open(bundle.Folder));
        for (var round = 0; round < 60; round++)
        {
            var probe = loaded.Probes[0];
            var session = await loaded.Model.OpenSessionAsync(new DecodingOptions { Capacity = 16, HiddenStates = probe.HiddenStates });
            await session.PrefillAsync(new[] { 5, 6, 7, 8 });
            HiddenStates[] states = [.. probe.HiddenStates.Select(session.GetHiddenStates)];
            var expected = probe.Score(states, default);
            using var start = new Barrier(3);
            var disposal = Task.Run(async () =>
            {
                start.SignalAndWait();
                await (round % 6 > 0 ? session.DisposeAsync() : loaded.DisposeAsync());
            });
            var looks = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                start.SignalAndWait();
                for (var look = 0; look < 20; look++)
                {
                    try
                    {
                        Assert.Equal(expected, probe.Score(states, default));
                    }
                    catch (Exception e) when (e is ObjectDisposedException or ArgumentException)
                    {
                        return;
                    }
                }
            }));

            await Task.WhenAll(looks.Append(disposal));
            await session.DisposeAsync();
            if (round % 6 == 0)
                loaded = Backend.Load(Bundle.Open(bundle.Folder));
        }

        await loaded.DisposeAsync();
    }

    private static GenerationRequest Request(string question) => new()
    {
        Messages = [PromptMessage.User(question)],
        MaxNewTokens = 8,
        Policy = Watched,
    };

    /// <summary>A bundle whose parts tell each step that they take.</summary>
    private sealed class Steps : IBackend
    {
        private int chosen = -1;
        private Action disposal = () => { };

        public string Name => Backend.Name;

        /// <summary>Steps taken.</summary>
        public int Count { get; private set; }

        /// <summary>The first step after the model was asked for a session.</summary>
        public int OpeningAt { get; private set; }

        public int Looks { get; private set; }

        public ILanguageModel? Model { get; private set; }

        public List<IProbe> Probes { get; } = [];

        public LoadedBundle Load(string folder) => Load(Bundle.Open(folder));

        public LoadedBundle Load(Bundle bundle)
        {
            var loaded = Backend.Load(bundle);
            Model = loaded.Model;
            Probes.AddRange(loaded.Probes);
            return new LoadedBundle(bundle, new SteppingModel(loaded.Model, this), [.. loaded.Probes.Select(p => new SteppingProbe(p, this))]);
        }

        /// <summary>Has another thread dispose something at a step, which goes on once that was called.</summary>
        public void At(int step, Action dispose) => (chosen, disposal) = (step, dispose);

        public void Step()
        {
            if (Count++ != chosen)
                return;
            var other = new Thread(() => disposal());
            other.Start();
            other.Join();
        }

        private sealed class SteppingModel(ILanguageModel model, Steps steps) : ILanguageModel
        {
            public LanguageModelInfo Info => model.Info;

            public IPromptTokenizer Tokenizer { get; } = new SteppingTokenizer(model.Tokenizer, steps);

            public async ValueTask<DecodingSession> OpenSessionAsync(DecodingOptions options, CancellationToken cancellationToken = default)
            {
                steps.Step();
                steps.OpeningAt = steps.Count;
                var session = await model.OpenSessionAsync(options, cancellationToken);
                steps.Step();
                return session;
            }

            public ValueTask DisposeAsync() => model.DisposeAsync();
        }

        private sealed class SteppingTokenizer(IPromptTokenizer tokenizer, Steps steps) : IPromptTokenizer
        {
            public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages)
            {
                steps.Step();
                return tokenizer.Encode(messages);
            }

            public ITokenTextStream CreateTextStream()
            {
                steps.Step();
                return new SteppingStream(tokenizer.CreateTextStream(), steps);
            }
        }

        private sealed class SteppingStream(ITokenTextStream stream, Steps steps) : ITokenTextStream
        {
            public string Append(int token)
            {
                steps.Step();
                return stream.Append(token);
            }

            public string Flush()
            {
                steps.Step();
                return stream.Flush();
            }

            public void Reset() => stream.Reset();
        }

        private sealed class SteppingProbe(IProbe probe, Steps steps) : IProbe
        {
            public string Name => probe.Name;

            public MonitorStage Stage => probe.Stage;

            public IReadOnlyList<string> HiddenStates => probe.HiddenStates;

            public ProbeReading Score(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask)
            {
                steps.Step();
                steps.Looks++;
                var score = probe.Score(states, contentMask);
                steps.Step();
                return score;
            }

            public void Dispose() => probe.Dispose();
        }
    }
}
