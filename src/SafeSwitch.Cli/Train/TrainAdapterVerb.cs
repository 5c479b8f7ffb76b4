using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Refusals;

namespace SafeSwitch.Cli.Train;

/// <summary>The refusal adapter from collected states.</summary>
internal sealed class TrainAdapterVerb : Verb
{
    private readonly Argument<string> bundle = new("BUNDLE") { Description = "The instrumented model's folder; the adapter goes to its adapters/" };
    private readonly Option<string> states = new("--states") { Description = "The collected states, refusals among them", HelpName = "STATES", Required = true };
    private readonly Option<string?> refusals = new("--refusals") { Description = "The texts that the refusals came from, to count the answers that name their topic", HelpName = "FILE.json" };
    private readonly AdapterOptionSet adapter = new();
    private readonly Option<string> name = new("--name") { Description = "The adapter's name in the bundle", DefaultValueFactory = _ => AdapterRecord.Refusal };
    private readonly ForceOption force = new("an adapter of that name");

    public TrainAdapterVerb()
        : base(
            "adapter",
            "Trains the refusal adapter, a LoRA on the head, from states collected once; the model itself is never run again for it",
            new("train adapter bundles/phi-3 --states states/phi-3 --refusals refusals.json", "the default: rank 16, three passes"),
            new("train adapter bundles/phi-3 --states states/phi-3 --rank 32 --alpha 64 --epochs 6", "a small model needs a stronger change to refuse fluently"),
            new("train adapter bundles/phi-3 --states states/phi-3 --kl 0.1", "stay near the base model where no refusal is wanted"))
    {
        Add(bundle);
        Add(states);
        Add(refusals);
        Add(name);
        adapter.AddTo(this);
        force.AddTo(this);
    }

    protected override async Task<int> RunAsync(VerbCall call)
    {
        var started = Stopwatch.GetTimestamp();
        var folder = InstrumentedFolder.Check(call.Get(bundle));
        var texts = call.Get(refusals) is { } file ? RefusalTexts.Read(file) : null;
        using var store = CollectedStates.Open(call, call.Get(states)!);
        AdapterRecord record;
        using (var progress = new ProgressLine(call.Terminal))
        {
            var trainer = new BundleAdapterTrainer(store, folder) { Texts = texts, Name = call.Get(name)!, Overwrite = force.IsGiven(call) };
            record = await trainer.TrainAsync(adapter.Read(call), progress, call.CancellationToken).ConfigureAwait(false);
        }

        if (record.Report.BaseCanHardlyRefuse)
        {
            call.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"the base model predicts only {record.Report.BaseTop1:P0} of the refusals' tokens, each after the true ones before it: its head can hardly say them. Expect refusals that are less than fluent, or write them in the model's own words."));
        }

        Write(call, record, Stopwatch.GetElapsedTime(started));
        return ExitCodes.Done;
    }

    private void Write(VerbCall call, AdapterRecord record, TimeSpan time)
    {
        if (call.IsJson)
        {
            call.WriteJson(AdapterDocument.Of(record, time), AdapterJson.Default);
            return;
        }

        var (report, quality) = (record.Report, record.Quality);
        var facts = new FactGrid();
        facts.Add("adapter", Invariant($"{record.Description.File}, rank {record.Description.Rank}, in {Durations.Show(time)}; ONNX Runtime gives the logits that were trained for"));
        facts.Add("trained on", Invariant($"{report.TrainTokens:N0} tokens of {report.TrainRows:N0} refusals"));
        facts.Add("held out", report.HeldOutTokens == 0
            ? "no refusals of validation rows: how it does on requests it was not trained on is unknown"
            : Invariant($"{report.HeldOutTokens:N0} tokens of {report.HeldOutRows:N0} refusals: predicted {100 * report.BaseTop1:0.#}% without, {100 * report.AdaptedTop1:0.#}% with the adapter; cross-entropy {report.BaseLoss:0.00}, {report.AdaptedLoss:0.00} nats"));
        if (quality.Answers > 0)
        {
            var topic = quality.NamedTopic is { } named ? Invariant($", {named} naming the topic") : "";
            facts.Add("by itself", Invariant($"of {quality.Answers} held-out harmful requests it refuses {quality.Refused}, {quality.Fluent} fluently{topic}"));
        }

        facts.Add("next", $"safeswitch calibrate {call.Get(bundle)} --states {call.Get(states)}");
        facts.WriteTo(call.Terminal);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
