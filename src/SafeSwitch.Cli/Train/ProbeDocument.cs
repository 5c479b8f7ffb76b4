using System.Globalization;
using System.Text.Json.Serialization;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;

namespace SafeSwitch.Cli.Train;

/// <summary>What <c>train probe --json</c> writes.</summary>
/// <param name="File">The graph; nothing after a sweep that trains nothing.</param>
/// <param name="Design">What was trained.</param>
/// <param name="Figures">Figures on the validation rows.</param>
/// <param name="Unseen">Figures on every source while it was left out, if the probe was cross-fitted.</param>
/// <param name="Classes">How well classes are told apart of sources left out, if that was learned.</param>
/// <param name="LeftOut">Figures of the design on sources left out of training, if that was asked for.</param>
/// <param name="Sweep">Every design that was compared, if there was a sweep.</param>
/// <param name="Rule">How the sweep chose.</param>
/// <param name="DesignFile">What trains it again, for <c>--design</c>.</param>
/// <param name="Files">Plots and tables.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record ProbeDocument(
    string? File, ProbeDesign Design, ProbeFigures? Figures, LeftOutFigures? Unseen, ClassFigures? Classes, SweepRow? LeftOut, IReadOnlyList<SweepRow>? Sweep, string? Rule,
    string DesignFile, IReadOnlyList<string> Files, double Seconds)
{
    public static ProbeDocument Of(ProbeOutcome outcome, string designFile, IReadOnlyList<string> files, TimeSpan time) => new(
        outcome.Record?.Description.File, outcome.Probe.Design, outcome.Figures, outcome.Unseen, outcome.Classes, outcome.LeftOut, outcome.Sweep?.Rows, outcome.Sweep?.Rule,
        designFile, files, time.TotalSeconds);
}

/// <summary>How far one part of a sweep is.</summary>
/// <param name="Part">The part.</param>
/// <param name="Of">How many parts there are.</param>
/// <param name="Trained">Networks that are trained now, by all parts.</param>
/// <param name="Networks">Networks in all.</param>
internal sealed record SweepPartDocument(int Part, int Of, int Trained, int Networks)
{
    public void Write(Terminal terminal) => terminal.Output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"Part {Part} of {Of} is done. {Trained:N0} of {Networks:N0} networks are trained so far; when every part is done, the same command without --shard compares them."));
}

[JsonSerializable(typeof(ProbeDocument))]
[JsonSerializable(typeof(SweepPartDocument))]
internal sealed partial class ProbeJson : JsonSerializerContext;
