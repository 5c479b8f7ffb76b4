using System.Globalization;
using CsCheck;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Guard;

/// <summary>
/// Nothing discarded comes out, down to the byte, whatever the policy, the monitor and the faults of a session. A sample runs with the
/// other tests; more by <c>SAFESWITCH_STREAMS=100000 dotnet run --project tests/SafeSwitch.Tests -- -class "*DiscardedTextTests"</c>,
/// the same ones again with <c>CsCheck_Seed</c> as a failure prints it.
/// </summary>
public class DiscardedTextTests
{
    private const int Faultless = -1;
    private const string NoMemory = "no memory";
    private const string RuntimeFailed = "the runtime failed";
    private const string Broken = "broken";

    private static readonly int Streams =
        int.TryParse(Environment.GetEnvironmentVariable("SAFESWITCH_STREAMS"), CultureInfo.InvariantCulture, out var streams) ? streams : Samples.Of(2000);

    private static readonly Gen<SafetyPolicy> Policies =
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 5], Gen.Enum<Intervention>(), Gen.Int[1, 6].Nullable(), Gen.Enum<FailureMode>(), Gen.Bool)
            .Select(p => new SafetyPolicy
            {
                PilotTokens = p.Item1,
                WatchEvery = p.Item2,
                Intervention = p.Item3,
                AdapterTokens = p.Item4,
                FailureMode = p.Item5,
                FixedRefusal = p.Item6 || p.Item3 == Intervention.FixedRefusal ? "No, €." : "",
            });

    private static readonly Gen<VerdictAction?> Look = Gen.Frequency(
        (5, Gen.Const((VerdictAction?)VerdictAction.Continue)),
        (2, Gen.Const((VerdictAction?)VerdictAction.Pilot)),
        (3, Gen.Const((VerdictAction?)VerdictAction.Intervene)),
        (1, Gen.Const((VerdictAction?)null)));

    private static readonly Gen<string[]> Stops = Gen.Char["ab<|é"].Array[1, 2].Select(c => new string(c)).Array[0, 2];

    private static readonly Gen<GuardCase> Cases = Gen.Select(
        Gen.Select(Gen.Int[0, 6], Policies, Look.Array[0, 8], Gen.Bool),
        Gen.Select(Gen.Int[1, 30], Gen.Int[0, 1000].Nullable(), Stops, Gen.Frequency((1, Gen.Const(Faultless)), (1, Gen.Int[0, 80])), Gen.Int[0, 3]),
        (a, b) => new GuardCase(a.Item1, a.Item2, a.Item3, a.Item4, b.Item1, b.Item2, b.Item3, b.Item4, b.Item5));

    [Fact]
    public Task What_comes_out_is_what_was_cleared_and_no_byte_more() => Cases.SampleAsync(async c =>
    {
        var model = new ToyModel { EndOdds = c.EndOdds, Tokenizer = new ByteTokenizer() };
        var request = Toy.Request(c.Policy, c.Limit) with { Sampling = c.Sampling, StopStrings = c.Stops };
        var expected = new GuardSpecification(model, model.Tokenizer.Encode(request.Messages).Tokens.ToArray(), c).Run();
        await using var guard = Toy.Guard(model, Monitor(c));
        using var source = new CancellationTokenSource();
        var calls = 0;
        model.BeforeCall = _ =>
        {
            if (calls++ == c.FaultAt)
                Fail(c.FaultKind, source);
        };

        var text = "";
        GenerationResult? result = null;
        Exception? error = null;
        try
        {
            await foreach (var update in guard.StreamAsync(request, source.Token))
            {
                text += update.Text;
                result = update.Result;
            }
        }
        catch (Exception e) when (e is OutOfMemoryException or InvalidOperationException or SafeSwitchException or OperationCanceledException)
        {
            error = e;
        }

        Assert.Equal(0, model.OpenSessions);
        if (result is null)
        {
            Assert.InRange(c.FaultAt, 0, calls);
            Assert.StartsWith(text, expected.Text, StringComparison.Ordinal);
            Assert.True(error is OperationCanceledException || error!.Message is NoMemory or RuntimeFailed or Broken, error.ToString());
            return;
        }

        Assert.Equal(expected.Text, text);
        Assert.Equal(expected.Text, result.Text);
        Assert.Equal(expected.Tokens, result.Tokens);
        Assert.Equal(expected.Finish, result.FinishReason);
        Assert.Equal(expected.Intervened, result.Intervened);
        Assert.Equal((expected.Tokens.Count, expected.Discarded), (result.Usage.AnswerTokens, result.Usage.DiscardedTokens));
    }, iter: Streams);

    private static ScriptedMonitor Monitor(GuardCase c)
    {
        var looks = 0;
        return new ScriptedMonitor(async (context, _) =>
        {
            if (c.IsAsynchronous)
                await Task.Yield();
            var look = looks < c.Looks.Length ? c.Looks[looks] : VerdictAction.Continue;
            looks++;
            return ScriptedMonitor.Verdict(context, look ?? throw new InvalidOperationException("monitor broken"));
        });
    }

    private static void Fail(int kind, CancellationTokenSource source)
    {
        switch (kind)
        {
            case 0:
                throw new InsufficientMemoryException(NoMemory);
            case 1:
                throw new SafeSwitchException(RuntimeFailed);
            case 2:
                throw new InvalidOperationException(Broken);
            default:
                source.Cancel();
                break;
        }
    }
}
