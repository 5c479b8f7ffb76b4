using System.CommandLine;
using SafeSwitch.Cli.Ask;
using SafeSwitch.Cli.Build;
using SafeSwitch.Cli.Bundling;
using SafeSwitch.Cli.Calibrate;
using SafeSwitch.Cli.Collect;
using SafeSwitch.Cli.Evaluate;
using SafeSwitch.Cli.Import;
using SafeSwitch.Cli.Inspect;
using SafeSwitch.Cli.Instrument;
using SafeSwitch.Cli.Judge;
using SafeSwitch.Cli.Render;
using SafeSwitch.Cli.Serve;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Tokenize;
using SafeSwitch.Cli.Train;
using SafeSwitch.Cli.Verify;

namespace SafeSwitch.Cli;

/// <summary>The verbs, in the order in which help lists them. A new verb is one line here.</summary>
internal static class AllVerbs
{
    public static IEnumerable<Command> Create() =>
    [
        new InspectVerb(),
        new InstrumentVerb(),
        new CollectVerb(),
        new JudgeVerb(),
        new TrainGroup(),
        new CalibrateVerb(),
        new EvaluateVerb(),
        new AttackVerb(),
        new CompareVerb(),
        new VerifyReportVerb(),
        new BuildVerb(),
        new AskVerb(),
        new ServeVerb(),
        new ImportVerb(),
        new BundleGroup(),
        new VerifyVerb(),
        new SealVerb(),
        new SignVerb(),
        new TokenizeVerb(),
        new RenderVerb(),
    ];

    /// <summary>Every verb below a command, those within groups too.</summary>
    public static IEnumerable<Verb> Within(Command command) =>
        command.Subcommands.SelectMany(c => c is Verb verb ? [verb] : Within(c));
}
