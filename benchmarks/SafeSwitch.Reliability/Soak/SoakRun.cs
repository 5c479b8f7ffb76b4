using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Reliability.Soak;

/// <summary>A soak of one bundle.</summary>
/// <param name="folder">The bundle.</param>
/// <param name="seed">What prompts and faults come from.</param>
/// <param name="atOnce">Requests at once.</param>
/// <param name="behaviours">How callers behave.</param>
internal sealed class SoakRun(string folder, int seed, int atOnce, IReadOnlyList<Behaviour> behaviours)
{
    private const int Questions = 16;
    private const int RequestsPerDisposal = 4;

    // The share of the time that memory is let grow in: caches fill, the allocator finds its size.
    private const double WarmUp = 1.0 / 3;
    private static readonly TimeSpan BetweenDisposals = TimeSpan.FromSeconds(15);

    private readonly OnnxRuntimeBackend backend = new(new OnnxRuntimeOptions { IntraOpThreads = 1 });
    private readonly ConcurrentQueue<string> finds = [];
    private readonly int[] ended = new int[Enum.GetValues<Behaviour>().Length];
    private readonly TaskCompletionSource heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int compared;

    /// <summary>What should not have been.</summary>
    public IReadOnlyCollection<string> Finds => finds;

    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests that end of each kind of caller, however long that takes.</summary>
    public int Each { get; init; } = 1;

    /// <summary>Most that resident memory may grow by after the warm-up, as a part of what it was.</summary>
    public double MostGrowth { get; init; } = 0.05;

    /// <summary>Requests that ended, of those who behave so.</summary>
    public int Ended(Behaviour behaviour) => ended[(int)behaviour];

    /// <param name="length">The time that it goes on for at least.</param>
    /// <param name="cancellationToken">Ends the load early.</param>
    /// <returns>0, or 1 for a wrong answer, an exception that should not be, or growth.</returns>
    public async Task<int> RunAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        var before = MemorySample.Take(TimeSpan.Zero, 0);
        var samples = await LoadAsync(length, cancellationToken);
        Console.WriteLine(MemorySample.Head);
        samples.ForEach(Console.WriteLine);
        Console.WriteLine();
        var held = AccountFor(samples) - before.Native;
        if (held > MostHeld)
            finds.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{held / 1e6:0} MB are held when every model is disposed and every request has ended"));
        var growth = Growth(samples, length);
        Console.WriteLine();
        Console.WriteLine($"{string.Join(", ", behaviours.Select(b => $"{ended[(int)b]} {b.ToString().ToLowerInvariant()}"))}; {compared} answers compared with those alone, {finds.Count} finds.");
        foreach (var kind in finds.GroupBy(f => f))
            Console.WriteLine($"FIND ({kind.Count()} times): {kind.Key}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Memory after the warm-up grew by {growth:P1} of what was resident (the first and the last third compared; {MostGrowth:P0} allowed)."));
        return finds.IsEmpty && growth <= MostGrowth ? 0 : 1;
    }

    /// <summary>What the runtime itself may go on holding; a model in memory is more.</summary>
    private long MostHeld => Math.Max(64_000_000, Directory.EnumerateFiles(folder, "*.onnx.data").Sum(f => new FileInfo(f).Length) / 2);

    // A method of its own: once it returns, nothing refers to the model any more.
    private async Task<List<MemorySample>> LoadAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        await using var loaded = backend.Load(Bundle.Open(folder));
        var questions = await Question.AskAloneAsync(new GuardedModel(loaded), Questions, seed, cancellationToken);
        Console.Error.WriteLine($"{questions.Count} answers alone; now {atOnce} at once for {length.TotalMinutes:0.#} minutes.");
        var samples = new List<MemorySample>();
        var sound = new GuardedModel(loaded);
        var faulty = new GuardedModel(loaded, new FaultyMonitor([.. loaded.Probes[0].HiddenStates], seed));
        var started = Stopwatch.GetTimestamp();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = Enumerable.Range(0, atOnce).Select(w => Task.Run(() => WorkAsync(sound, faulty, questions, new Random(HashCode.Combine(seed, w)), end.Token), CancellationToken.None)).ToList();
        if (behaviours.Contains(Behaviour.Disposed))
            workers.Add(Task.Run(() => DisposeAgainAndAgainAsync(questions, end.Token), CancellationToken.None));
        TimeSpan elapsed;
        do
        {
            var next = Task.Delay(Every, cancellationToken);
            await (Stopwatch.GetElapsedTime(started) < length ? Task.WhenAny(next) : Task.WhenAny(next, heard.Task));
            elapsed = Stopwatch.GetElapsedTime(started);
            samples.Add(MemorySample.Take(elapsed, ended.Sum()));
            Console.Error.WriteLine(samples[^1]);
        }
        while (!cancellationToken.IsCancellationRequested && (elapsed < length || !heard.Task.IsCompleted));

        await end.CancelAsync();
        await Task.WhenAll(workers);
        await DrainAsync(sound, faulty);
        return samples;
    }

    /// <summary>
    /// A stream that nobody reads any more goes on to its end, and holds the model until then: bounded by the tokens and the time of its
    /// request. What is in memory once nobody asks is only to be seen after that.
    /// </summary>
    private async Task DrainAsync(params GuardedModel[] models)
    {
        var started = Stopwatch.GetTimestamp();
        using var patience = new CancellationTokenSource(GenerationRequest.DefaultTimeout);
        try
        {
            await Task.WhenAll(models.Select(m => m.DrainAsync(patience.Token)));
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"The last abandoned stream ended {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s after the load."));
        }
        catch (OperationCanceledException)
        {
            finds.Enqueue($"a request still ran {GenerationRequest.DefaultTimeout} after the load, which is its time");
        }
    }

    private async Task WorkAsync(GuardedModel sound, GuardedModel faulty, IReadOnlyList<Question> questions, Random random, CancellationToken end)
    {
        var mine = behaviours.Where(b => b != Behaviour.Disposed).ToArray();
        while (!end.IsCancellationRequested)
        {
            var (behaviour, question) = (mine[random.Next(mine.Length)], questions[random.Next(questions.Count)]);
            try
            {
                await (behaviour switch
                {
                    Behaviour.Whole => WholeAsync(sound, question),
                    Behaviour.Cancelled => CancelledAsync(sound, question, random),
                    Behaviour.Abandoned => AbandonedAsync(sound, question, random.Next(1, 12)),
                    _ => FaultyAsync(faulty, question),
                });
            }
            catch (Exception e)
            {
                finds.Enqueue($"{behaviour}: {e.GetType().Name}: {e.Message}");
            }

            Count(behaviour);
        }
    }

    private void Count(Behaviour behaviour)
    {
        Interlocked.Increment(ref ended[(int)behaviour]);
        if (behaviours.All(b => Volatile.Read(ref ended[(int)b]) >= Each))
            heard.TrySetResult();
    }

    private async Task WholeAsync(GuardedModel model, Question question)
    {
        var result = await model.GenerateAsync(question.Request);
        Compare(Behaviour.Whole, result.Text, question.Alone);
    }

    private async Task CancelledAsync(GuardedModel model, Question question, Random random)
    {
        using var cancel = new CancellationTokenSource();
        var after = random.Next(0, 8);
        if (random.Next(2) == 0)
            cancel.CancelAfter(random.Next(0, 1500));
        var said = "";
        try
        {
            await foreach (var update in model.StreamAsync(question.Request, cancel.Token))
            {
                said += update.Text;
                if (after-- == 0)
                    await cancel.CancelAsync();
            }

            Compare(Behaviour.Cancelled, said, question.Alone);
        }
        catch (OperationCanceledException)
        {
            if (!question.Alone.StartsWith(said, StringComparison.Ordinal))
                finds.Enqueue($"{Behaviour.Cancelled}: said what the answer alone does not begin with");
        }
    }

    // Kept out of its caller, which would go on referring to the enumerator.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task AbandonedAsync(GuardedModel model, Question question, int updates)
    {
        var stream = model.StreamAsync(question.Request).GetAsyncEnumerator();
        while (updates-- > 0)
        {
            if (await stream.MoveNextAsync())
                continue;
            await stream.DisposeAsync();
            return;
        }
    }

    private async Task FaultyAsync(GuardedModel model, Question question)
    {
        var policy = model.Manifest.Policies[model.Policies.DefaultPolicy].Clone();
        policy.MonitorTimeout = FaultyMonitor.Limit;
        var result = await model.GenerateAsync(question.Request with { Policy = policy });
        if (result.Verdict is not { } verdict || (verdict.IsError && !result.Intervened))
            finds.Enqueue($"{Behaviour.Faulty}: a failed monitor let an answer go");
        Compare(Behaviour.Faulty, result.Text, result.Verdict!.IsError ? question.Refused : question.Unguarded);
    }

    private async Task DisposeAgainAndAgainAsync(IReadOnlyList<Question> questions, CancellationToken end)
    {
        var random = new Random(seed);
        while (!end.IsCancellationRequested)
        {
            try
            {
                var model = GuardedModel.Load(folder, backend);
                var running = Enumerable.Range(0, RequestsPerDisposal).Select(_ => Task.Run(() => UntilDisposedAsync(model, questions[random.Next(questions.Count)]), CancellationToken.None)).ToList();
                await Task.Delay(random.Next(0, 1000), CancellationToken.None);
                await model.DisposeAsync();
                await Task.WhenAll(running);
                await Task.Delay(BetweenDisposals, end);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                finds.Enqueue($"{Behaviour.Disposed}: {e.GetType().Name}: {e.Message}");
            }
        }
    }

    private async Task UntilDisposedAsync(GuardedModel model, Question question)
    {
        try
        {
            Compare(Behaviour.Disposed, (await model.GenerateAsync(question.Request)).Text, question.Alone);
        }
        catch (ObjectDisposedException)
        {
        }

        Count(Behaviour.Disposed);
    }

    private void Compare(Behaviour behaviour, string answer, string alone)
    {
        Interlocked.Increment(ref compared);
        if (answer != alone)
            finds.Enqueue($"{behaviour}: an answer differs from the one alone");
    }

    /// <summary>Whose the memory is: what a collection frees was waiting for a finalizer, what a trim frees was the allocator's.</summary>
    /// <returns>Bytes that native code still holds.</returns>
    private static long AccountFor(List<MemorySample> samples)
    {
        var last = samples[^1];
        Console.WriteLine("| memory | resident MB | managed MB | native MB | kept by the C library MB |\n|---|---:|---:|---:|---:|");
        Print("at the end of the load", last);
        MemorySample.CollectAll();
        var disposed = MemorySample.Take(last.At, last.Requests);
        Print("after a full collection with finalizers, the model disposed", disposed);
        if (MemorySample.Trim())
            Print("after the C library gave back what it keeps of freed memory", MemorySample.Take(last.At, last.Requests));
        return disposed.Native;

        static void Print(string what, MemorySample sample) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {what} | {sample.Resident / 1e6:0} | {sample.Managed / 1e6:0.0} | {sample.Native / 1e6:0} | {sample.Kept / 1e6:0} |"));
    }

    /// <summary>
    /// What grew between the first and the last third after the warm-up, as a part of what was resident. The load itself holds now one model
    /// and now two, and what is held swings with it; so what nobody holds is compared by its median, and what is held by where it comes down to.
    /// </summary>
    private static double Growth(List<MemorySample> samples, TimeSpan length)
    {
        var warm = samples.Where(s => s.At >= length * WarmUp).ToList();
        if (warm.Count == 0)
            return 0;
        var third = Math.Max(1, warm.Count / 3);
        var (first, last) = (warm[..third], warm[^third..]);
        var grown = Median(last, s => s.Unaccounted) - Median(first, s => s.Unaccounted)
            + last.Min(s => s.Native + s.Managed) - first.Min(s => s.Native + s.Managed);
        return (double)grown / Median(first, s => s.Resident);
    }

    private static long Median(List<MemorySample> samples, Func<MemorySample, long> of) => samples.Select(of).Order().ElementAt(samples.Count / 2);
}
