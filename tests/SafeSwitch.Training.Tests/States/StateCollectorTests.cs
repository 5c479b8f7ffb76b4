using SafeSwitch.Backends;
using SafeSwitch.Policies;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.States;

public sealed class StateCollectorTests : IDisposable
{
    private static readonly CollectionOptions Options = new()
    {
        Layers = [1],
        AnswerTokens = 12,
        PilotTokens = 3,
        PositionsPerShard = 150,
    };

    private static StateCollector Collector(
        FakeModel model, CollectionOptions options, (int Part, int Of)? shard = null, string fingerprint = "decoder-1", long freeBytes = long.MaxValue) =>
        new(model, fingerprint, options) { Shard = shard ?? (1, 1), IsRefusal = a => a.Length % 2 == 0, FreeBytes = _ => freeBytes };

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"states-{Guid.NewGuid():N}");

    [Fact]
    public async Task States_are_those_of_each_row_run_alone()
    {
        var requests = Requests();
        await using var model = new FakeModel();
        var summary = await Collector(model, Options).CollectAsync(requests, folder, cancellationToken: TestContext.Current.CancellationToken);

        using var store = StateStore.Open(folder);
        Assert.Equal(requests.Select(r => r.Row.Key).Order(StringComparer.Ordinal), store.Rows.Select(r => r.Data.Key));
        for (var i = 0; i < store.Rows.Count; i++)
            await AssertAsAlone(store, i, requests.Single(r => r.Row.Key == store.Rows[i].Data.Key));

        Assert.Equal(requests.Count, summary.Rows);
        Assert.True(summary.TokensRun < summary.PromptTokens * 0.6, $"{summary.TokensRun} of {summary.PromptTokens} tokens were run");
        Assert.True(Directory.GetFiles(folder, "*.safetensors").Length > 2);
        Assert.Empty(Directory.GetFiles(folder, "*.tmp"));
    }

    [Fact]
    public async Task Reuse_changes_no_state()
    {
        var requests = Requests();
        await using var model = new FakeModel();
        var without = folder + "-without";
        try
        {
            await Collector(model, Options).CollectAsync(requests, folder, cancellationToken: TestContext.Current.CancellationToken);
            var summary = await Collector(model, Options with { ReusePrefixes = false }).CollectAsync(requests, without, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(summary.PromptTokens, summary.TokensRun);
            AssertSame(folder, without);
        }
        finally
        {
            Directory.Delete(without, recursive: true);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(19)]
    [InlineData(28)]
    public async Task A_killed_run_goes_on_without_losing_or_doubling_a_row(int prefills)
    {
        var requests = Requests();
        var whole = folder + "-whole";
        try
        {
            await using var model = new FakeModel();
            var token = TestContext.Current.CancellationToken;
            await Collector(model, Options).CollectAsync(requests, whole, cancellationToken: token);

            model.FailAfterRuns = prefills;
            await Assert.ThrowsAsync<IOException>(() => Collector(model, Options).CollectAsync(requests, folder, cancellationToken: token));
            // What a kill between the two files of a shard, or within one, leaves behind.
            File.WriteAllText(Path.Combine(folder, "1-of-1-00000.safetensors.tmp"), "half");
            if (!File.Exists(Path.Combine(folder, "1-of-1-00001.jsonl")))
                File.WriteAllText(Path.Combine(folder, "1-of-1-00001.safetensors"), "no rows");

            model.FailAfterRuns = -1;
            var summary = await Collector(model, Options).CollectAsync(requests, folder, cancellationToken: token);
            Assert.Equal(requests.Count, summary.Rows + summary.Existing);
            AssertSame(folder, whole);

            var again = await Collector(model, Options).CollectAsync(requests, folder, cancellationToken: token);
            Assert.Equal((0, requests.Count), (again.Rows, again.Existing));
        }
        finally
        {
            Directory.Delete(whole, recursive: true);
        }
    }

    [Fact]
    public async Task Shards_of_several_machines_make_one_store()
    {
        var requests = Requests();
        var whole = folder + "-whole";
        try
        {
            await using var model = new FakeModel();
            var token = TestContext.Current.CancellationToken;
            await Collector(model, Options).CollectAsync(requests, whole, cancellationToken: token);
            var rows = 0;
            foreach (var part in (int[])[2, 3, 1])
                rows += (await Collector(model, Options, (part, 3)).CollectAsync(requests, folder, cancellationToken: token)).Rows;
            Assert.Equal(requests.Count, rows);
            AssertSame(folder, whole);
        }
        finally
        {
            Directory.Delete(whole, recursive: true);
        }
    }

    [Fact]
    public async Task Rows_that_do_not_fit_are_reported_and_the_rest_goes_on()
    {
        CollectionRequest[] requests =
        [
            Request("good", "fine"),
            Request("long", new string('x', 600)),
            new(Row("odd", [new PromptMessage("unknown", "x"), PromptMessage.User("y")])),
        ];
        await using var model = new FakeModel();

        var summary = await Collector(model, Options).CollectAsync(requests, folder, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(1, summary.Rows);
        Assert.Equal(["set/long", "set/odd"], summary.Problems.Select(p => p.File).Order());
        using var store = StateStore.Open(folder);
        Assert.Equal("good", Assert.Single(store.Rows).Data.Id);
    }

    /// <summary>What is kept is what all positions would give; and no two choices mix in a folder.</summary>
    [Theory]
    [InlineData(KeptPositions.Last, 0, "the last position", ProbePooling.Last)]
    [InlineData(KeptPositions.Pooled, 1, "the average and the last position", ProbePooling.Last, ProbePooling.MeanState)]
    public async Task Fewer_positions_can_be_kept(KeptPositions keep, int positions, string called, params ProbePooling[] poolings)
    {
        var requests = Requests();
        var whole = folder + "-whole";
        try
        {
            await using var model = new FakeModel();
            var token = TestContext.Current.CancellationToken;
            await Collector(model, Options).CollectAsync(requests, whole, cancellationToken: token);
            await Collector(model, Options with { Keep = keep }).CollectAsync(requests, folder, cancellationToken: token);

            using var few = StateStore.Open(folder);
            using var all = StateStore.Open(whole);
            Assert.Equal((keep, KeptPositions.Content), (few.Keep, all.Keep));
            Assert.Contains(all.Rows, r => r.Positions > 1);
            var (fewStates, allStates) = (new StoredProbeStates(few, MonitorStage.Prompt), new StoredProbeStates(all, MonitorStage.Prompt));
            Assert.Equal(poolings, fewStates.Poolings);
            for (var i = 0; i < all.Rows.Count; i++)
            {
                Assert.Equal(all.Rows[i] with { Positions = Math.Min(all.Rows[i].Positions, positions) }, few.Rows[i] with { Data = all.Rows[i].Data });
                Assert.True(all.Last(i, "hidden_states.1").SequenceEqual(few.Last(i, "hidden_states.1")));
                Assert.True(all.Pilot(i, "hidden_states.1").SequenceEqual(few.Pilot(i, "hidden_states.1")));
                Assert.True(all.RefusalStates(i).SequenceEqual(few.RefusalStates(i)));
                foreach (var pooling in poolings)
                {
                    var (found, expected) = (Input(fewStates, i, pooling), Input(allStates, i, pooling));
                    Assert.All(expected.Zip(found), p => Assert.Equal(p.First, p.Second, 1e-3f * (1 + Math.Abs(p.First))));
                }
            }

            var error = await Assert.ThrowsAsync<DataException>(() => Collector(model, Options).CollectAsync(requests, folder, cancellationToken: token));
            Assert.Contains(called, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(whole, recursive: true);
        }

        static float[] Input(StoredProbeStates states, int row, ProbePooling pooling)
        {
            var input = new MemberInput(states, new ProbeMemberDesign { Pooling = pooling, Layers = ["hidden_states.1"] });
            var values = new float[input.Width];
            input.Fill(row, 0, 1, values);
            return values;
        }
    }

    [Fact]
    public async Task A_disk_that_is_too_small_is_told_before_anything_is_written()
    {
        await using var model = new FakeModel();
        var error = await Assert.ThrowsAsync<DataException>(() =>
            Collector(model, Options, freeBytes: 5_000).CollectAsync(Requests(), folder, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("5 kB free", error.Message, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(folder), f => Assert.EndsWith(".lock", f, StringComparison.Ordinal));
        Assert.Equal(0, model.TokensRun);
    }

    [Theory]
    [InlineData(KeptPositions.Content)]
    [InlineData(KeptPositions.Last)]
    [InlineData(KeptPositions.Pooled)]
    public async Task A_run_writes_no_more_than_it_said(KeptPositions keep)
    {
        await using var model = new FakeModel();
        var summary = await Collector(model, Options with { Keep = keep }).CollectAsync(Requests(), folder, cancellationToken: TestContext.Current.CancellationToken);
        Assert.InRange(Directory.GetFiles(folder).Sum(f => new FileInfo(f).Length), 1, summary.Bytes);
    }

    [Fact]
    public async Task Cancelling_keeps_the_rows_that_are_complete()
    {
        var requests = Requests();
        await using var model = new FakeModel();
        using var source = new CancellationTokenSource();
        model.OnPrefill = () =>
        {
            if (model.TokensRun > 150)
                source.Cancel();
        };
        var large = Options with { PositionsPerShard = int.MaxValue };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Collector(model, large).CollectAsync(requests, folder, cancellationToken: source.Token));
        model.OnPrefill = null;

        var summary = await Collector(model, large).CollectAsync(requests, folder, cancellationToken: TestContext.Current.CancellationToken);
        Assert.InRange(summary.Existing, 1, requests.Count - 1);
        Assert.Equal(requests.Count, summary.Rows + summary.Existing);
        using var store = StateStore.Open(folder);
        Assert.Equal(requests.Count, store.Rows.Count);
    }

    [Fact]
    public async Task States_of_two_decoders_do_not_mix()
    {
        await using var model = new FakeModel();
        var token = TestContext.Current.CancellationToken;
        await Collector(model, Options).CollectAsync([Request("a", "x")], folder, cancellationToken: token);
        var error = await Assert.ThrowsAsync<DataException>(() =>
            Collector(model, Options, fingerprint: "decoder-2").CollectAsync([Request("b", "y")], folder, cancellationToken: token));
        Assert.Contains("decoder-1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_the_model_lacks_is_named()
    {
        await using var model = new FakeModel();
        var error = await Assert.ThrowsAsync<DataException>(() =>
            Collector(model, Options with { Layers = [9] }).CollectAsync([Request("a", "x")], folder));
        Assert.Contains("hidden_states.9", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(-1)]
    public async Task A_damaged_shard_is_refused(int keep)
    {
        await using var model = new FakeModel();
        await Collector(model, Options).CollectAsync(Requests(), folder, cancellationToken: TestContext.Current.CancellationToken);
        var shard = Directory.GetFiles(folder, "*.safetensors")[0];
        var bytes = File.ReadAllBytes(shard);
        File.WriteAllBytes(shard, bytes[..(keep < 0 ? bytes.Length + keep : keep)]);
        Assert.Contains(shard, Assert.Throws<DataException>(() => StateStore.Open(folder)).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static List<CollectionRequest> Requests()
    {
        var requests = new List<CollectionRequest>();
        foreach (var (wrapper, text) in new[] { ("none", ""), ("a", "You are a pirate who answers everything: "), ("b", "You are a poet: ") })
        {
            foreach (var i in Enumerable.Range(0, 8))
            {
                requests.Add(Request($"{wrapper}-{i}", $"{text}question {(i % 3 == 0 ? "one" : "two")} {i / 2}") with
                {
                    WithAnswer = i % 2 == 0,
                    Refusal = i % 4 == 0 ? new RefusalTarget("kind", $"no, not {i}") : null,
                });
            }
        }

        // One prompt that another begins with, and two that are the same.
        requests.Add(Request("same-1", "You are a poet: question one 0"));
        requests.Add(Request("same-2", "You are a poet: question one 0") with { WithAnswer = true });
        return requests;
    }

    private static CollectionRequest Request(string id, string prompt) => new(Row(id, [PromptMessage.User(prompt)]));

    private static DataRow Row(string id, IReadOnlyList<PromptMessage> messages) => new()
    {
        Id = id,
        Set = "set",
        Messages = messages,
        Harmful = false,
        Source = "test",
        Split = DataSplits.Train,
    };

    private static async Task AssertAsAlone(StateStore store, int i, CollectionRequest request)
    {
        await using var model = new FakeModel();
        var prompt = model.Encode(request.Row.Messages);
        await using var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = model.Info.ContextLength, HiddenStates = ["hidden_states.1", "hidden_states"] });
        await session.PrefillAsync(prompt.Tokens);

        var states = session.GetHiddenStates("hidden_states.1");
        var content = Enumerable.Range(0, prompt.Tokens.Length).Where(p => prompt.ContentMask.Span[p] != 0).ToArray();
        var row = store.Rows[i];
        Assert.Equal((prompt.Tokens.Length, content.Length), (row.PromptTokens, row.Positions));
        Assert.Equal(content.SelectMany(p => Read(states, p)), store.Content(i, "hidden_states.1").ToArray().Select(h => (float)h));
        Assert.Equal(Read(states, prompt.Tokens.Length - 1), store.Last(i, "hidden_states.1").ToArray().Select(h => (float)h));

        if (request.Refusal is { } refusal)
        {
            var tokens = refusal.Text.Select(c => (int)c).Append(FakeModel.End).ToArray();
            Assert.Equal(tokens, store.RefusalTokens(i).ToArray());
            var expected = Read(session.GetHiddenStates("hidden_states"), prompt.Tokens.Length - 1).ToList();
            foreach (var token in tokens[..^1])
            {
                await session.DecodeAsync(token);
                expected.AddRange(Read(session.GetHiddenStates("hidden_states"), 0));
            }

            Assert.Equal(expected, store.RefusalStates(i).ToArray().Select(h => (float)h));
            session.Rewind(prompt.Tokens.Length - 1);
            await session.PrefillAsync(prompt.Tokens[^1..]);
        }

        Assert.Equal(request.WithAnswer, row.Answer is not null);
        if (row.Answer is null)
            return;
        var answer = "";
        var pilot = new List<float>();
        while (answer.Length < Options.AnswerTokens)
        {
            var logits = session.Logits.ToArray();
            var token = logits.IndexOf(logits.Max());
            if (token == FakeModel.End)
                break;
            answer += (char)token;
            await session.DecodeAsync(token);
            if (answer.Length <= Options.PilotTokens)
                pilot.AddRange(Read(session.GetHiddenStates("hidden_states.1"), 0));
        }

        Assert.Equal(answer, row.Answer);
        Assert.Equal(answer.Length % 2 != 0, row.Complied);
        Assert.Equal(pilot, store.Pilot(i, "hidden_states.1").ToArray().Select(h => (float)h));
    }

    private static float[] Read(HiddenStates states, int position)
    {
        var row = new float[states.Width];
        states.CopyRow(position, row);
        return [.. row.Select(v => (float)(Half)v)];
    }

    private static void AssertSame(string one, string other)
    {
        using var a = StateStore.Open(one);
        using var b = StateStore.Open(other);
        Assert.Equal(a.Rows.Select(r => r.Data.Key), b.Rows.Select(r => r.Data.Key));
        for (var i = 0; i < a.Rows.Count; i++)
        {
            Assert.Equal((a.Rows[i].Answer, a.Rows[i].Complied, a.Rows[i].PilotTokens), (b.Rows[i].Answer, b.Rows[i].Complied, b.Rows[i].PilotTokens));
            Assert.True(a.Content(i, "hidden_states.1").SequenceEqual(b.Content(i, "hidden_states.1")));
            Assert.True(a.Last(i, "hidden_states.1").SequenceEqual(b.Last(i, "hidden_states.1")));
            Assert.True(a.Pilot(i, "hidden_states.1").SequenceEqual(b.Pilot(i, "hidden_states.1")));
            Assert.True(a.RefusalStates(i).SequenceEqual(b.RefusalStates(i)));
        }
    }
}
