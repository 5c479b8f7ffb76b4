using System.CommandLine;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Policies;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;

namespace SafeSwitch.Cli.Train;

/// <summary>What probe is trained, and how.</summary>
internal sealed class ProbeOptionSet
{
    private static readonly ProbeTrainingOptions Defaults = new();

    private readonly Option<MonitorStage> stage = new("--stage") { Description = "Prompt: is the request harmful? Response: does the answer comply?", DefaultValueFactory = _ => MonitorStage.Prompt };
    private readonly Option<string?> name = new("--name") { Description = "The probe's name in the bundle; by default prompt, or compliance at the response stage" };
    private readonly Option<string?> label = new("--label") { Description = "What it tells, such as investment-advice; by default harm for a prompt probe called prompt, the name of another, complying at the response stage" };
    private readonly Option<string?> classes = new("--classes") { Description = "Also learn to tell kinds of what it finds: the file that says which class the categories of the rows are of", HelpName = "FILE.json" };
    private readonly Option<string?> design = new("--design") { Description = "An ensemble, as a recipe holds a probe: design and training", HelpName = "FILE.json" };
    private readonly Option<ProbePooling> pooling = new("--pooling") { Description = "How one network pools positions; a sweep tries them all unless one is named", DefaultValueFactory = _ => ProbePooling.Rolling };
    private readonly Option<string?> layers = new("--layers") { Description = "The layers that it reads side by side, or that a sweep tries; by default the middle one of those collected, for a sweep all", HelpName = "18,26,final" };
    private readonly Option<string?> hidden = new("--hidden") { Description = "Widths of its ReLU layers; by default 64 for one state, 64,64 for token scores, 0 for none", HelpName = "64,64" };
    private readonly Option<int> copies = new Option<int>("--copies") { Description = "Networks of that design, averaged", DefaultValueFactory = _ => 1 }.WithinRangeOf<int, ProbeMemberDesign>(nameof(ProbeMemberDesign.Copies));
    private readonly Option<int> epochs = new Option<int>("--epochs") { Description = "Passes over the training rows, at most", DefaultValueFactory = _ => Defaults.Epochs }.WithinRangeOf<int, ProbeTrainingOptions>(nameof(ProbeTrainingOptions.Epochs));
    private readonly Option<int> patience = new Option<int>("--patience") { Description = "Stop after this many passes without a better validation loss", DefaultValueFactory = _ => Defaults.Patience }.WithinRangeOf<int, ProbeTrainingOptions>(nameof(ProbeTrainingOptions.Patience));
    private readonly Option<float> learningRate = new Option<float>("--learning-rate") { Description = "AdamW's step size", DefaultValueFactory = _ => Defaults.LearningRate }.WithinRangeOf<float, ProbeTrainingOptions>(nameof(ProbeTrainingOptions.LearningRate));
    private readonly Option<int> seed = new("--seed") { Description = "Every random choice comes from it", DefaultValueFactory = _ => Defaults.Seed };
    private readonly Option<int> pilotTokens = new Option<int>("--pilot-tokens") { Description = "Answer tokens that a response probe sees", DefaultValueFactory = _ => BundleProbeTrainer.DefaultPilotTokens }.WithinRangeOf<int, BundleProbeTrainer>(nameof(BundleProbeTrainer.PilotTokens));
    private readonly Option<int> threads = new Option<int>("--threads") { Description = "Threads; the result does not depend on them", DefaultValueFactory = _ => Environment.ProcessorCount }.WithinRangeOf<int, ProbeTrainingOptions>(nameof(ProbeTrainingOptions.Threads));

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { stage, name, label, classes, design, pooling, layers, hidden, copies, epochs, patience, learningRate, seed, pilotTokens, threads })
            command.Add(option);
    }

    /// <summary>What the probe tells, if the call says so.</summary>
    public string? Label(VerbCall call) => call.Get(label);

    public int PilotTokens(VerbCall call) => call.Get(pilotTokens);

    /// <summary>The probe of the command line.</summary>
    /// <param name="call">The call.</param>
    /// <param name="collected">Layers that were collected, given the stage.</param>
    public ProbeRecipe Read(VerbCall call, Func<MonitorStage, IReadOnlyList<string>> collected)
    {
        if (call.Get(design) is not { } file)
            return new ProbeRecipe { Design = Design(call, collected), Training = Training(call, Defaults), Classes = Classes(call, null) };
        foreach (var other in new Option[] { pooling, layers, hidden, copies }.Where(call.Has))
            throw new UsageException($"--design says what {other.Name} would: give one of them.");
        var probe = SettingsFile.Read<ProbeRecipe>(file, "a probe: design and training");
        if (call.Has(stage) && call.Get(stage) != probe.Design.Stage)
            throw new UsageException($"--stage: found {call.Get(stage)}, expected {probe.Design.Stage}, the stage of {file}.");
        var named = call.Get(name) is { } own ? probe.Design with { Name = own } : probe.Design;
        return probe with { Design = named, Training = Training(call, probe.Training), Classes = Classes(call, probe.Classes) };
    }

    /// <summary>The stage of a probe that no file describes.</summary>
    public MonitorStage Stage(VerbCall call) => call.Get(stage);

    /// <summary>The name of a probe that no file describes.</summary>
    public string Name(VerbCall call) => call.Get(name) ?? (Stage(call) == MonitorStage.Prompt ? "prompt" : "compliance");

    /// <summary>The layers that were named; <see langword="null"/> if none were.</summary>
    public IReadOnlyList<string>? Layers(VerbCall call) => call.Get(layers) is { } text ? LayerList.Names(text) : null;

    /// <summary>The pooling that was named; <see langword="null"/> if none was.</summary>
    public ProbePooling? Pooling(VerbCall call) => call.Has(pooling) ? call.Get(pooling) : null;

    /// <summary>The form of one network, whatever it reads.</summary>
    public ProbeMemberDesign Network(VerbCall call) => new()
    {
        Pooling = call.Get(pooling),
        Layers = [],
        Hidden = call.Get(hidden) is { } text ? Widths(text) : null,
        Copies = call.Get(copies),
    };

    /// <summary>What the command line says beside a file's or the default options.</summary>
    public ProbeTrainingOptions Training(VerbCall call, ProbeTrainingOptions others) => others with
    {
        Seed = call.Has(seed) ? call.Get(seed) : others.Seed,
        Threads = call.Get(threads),
        Epochs = call.Has(epochs) ? call.Get(epochs) : others.Epochs,
        Patience = call.Has(patience) ? call.Get(patience) : others.Patience,
        LearningRate = call.Has(learningRate) ? call.Get(learningRate) : others.LearningRate,
    };

    private ClassOptions? Classes(VerbCall call, ClassOptions? others) => call.Get(classes) is { } file
        ? others is null ? new ClassOptions { File = file } : others with { File = file }
        : others;

    private ProbeDesign Design(VerbCall call, Func<MonitorStage, IReadOnlyList<string>> collected)
    {
        var all = collected(Stage(call));
        return new ProbeDesign
        {
            Name = Name(call),
            Stage = Stage(call),
            Members = [Network(call) with { Layers = Layers(call) ?? [all[all.Count / 2]] }],
        };
    }

    private static IReadOnlyList<int> Widths(string text) => text == "0"
        ? []
        : [.. text.Split(',').Select(p => int.TryParse(p, out var width) && width > 0 ? width : throw new UsageException($"--hidden: found '{p}', expected widths such as 64,64, or 0."))];
}
