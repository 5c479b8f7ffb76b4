using System.Globalization;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Instrumentation.Inspection;
using Spectre.Console;

namespace SafeSwitch.Cli.Inspect;

/// <summary>What a model folder is, for people.</summary>
internal static class ModelView
{
    public static void Write(Terminal terminal, ModelReport report)
    {
        var facts = new FactGrid();
        facts.Add("folder", report.Folder);
        facts.Add("graph", $"{report.Graph}, {Counted(report.Producer, "unknown producer")}, opset {report.Opset}");
        facts.Add("architecture", report.Architecture);
        if (report.Layers > 0)
            facts.Add("size", Invariant($"{report.Layers} layers, hidden {report.HiddenSize:N0}, vocabulary {report.VocabularySize:N0}{(report.ContextLength is { } context ? Invariant($", context {context:N0}") : "")}"));
        facts.Add("weights", Weights(report));
        facts.Add("quantised", report.Quantization);
        facts.Add("final norm", report.FinalNorm);
        if (report.Head is { } head)
        {
            facts.Add("head", $"{head.Operator} '{head.Node}', {head.Storage}{(report.TiedEmbeddings ? ", tied to the embeddings" : "")}{(head.Pruned ? ", for some positions only" : "")}");
            facts.Add("found by", string.Join(" ← ", head.FoundBy));
        }

        facts.Add("states", report.HiddenStates.Count == 0 ? "none yet" : string.Join(", ", report.HiddenStates));
        facts.Add("can name", report.LayersThatCanBeNamed.Count == 0 ? "the final state only" : $"the final state, layers {Ranges(report.LayersThatCanBeNamed)}");
        facts.Add("adapter slots", report.HasAdapterSlots ? "there" : "none yet");
        foreach (var adapter in report.Adapters)
            facts.Add("adapter", Invariant($"{adapter.File}, rank {adapter.Rank}{(adapter.Fits ? "" : ", does not fit")}"));
        facts.Add("runs as", $"{(report.SharedCache ? "one shared cache buffer" : "growing caches")}, {(report.TakesPositionIds ? "with" : "without")} position ids, {(report.HasGenAIConfig ? "has" : "lacks")} genai_config.json");
        facts.AddMarkup("verdict", report.CanInstrument ? "[green]can be instrumented[/]" : "[red]can't be instrumented[/]");
        foreach (var problem in report.Problems)
            facts.AddMarkup("because", $"[red]{Markup.Escape(problem)}[/]");
        foreach (var note in report.Notes)
            facts.Add("note", note);
        facts.WriteTo(terminal);
    }

    private static string Counted(string text, string fallback) => text.Length > 0 ? text : fallback;

    private static string Weights(ModelReport report) => report.WeightFiles.Count == 0
        ? "inside the graph"
        : Invariant($"{report.WeightFiles.Count} files beside the graph, {report.WeightFiles.Values.Sum() / 1e6:N0} MB");

    // 0, 1, 2, 3, 7 as 0-3, 7
    private static string Ranges(IReadOnlyList<int> numbers)
    {
        var parts = new List<string>();
        for (var i = 0; i < numbers.Count;)
        {
            var first = i;
            while (i + 1 < numbers.Count && numbers[i + 1] == numbers[i] + 1)
                i++;
            parts.Add(first == i ? Invariant($"{numbers[i]}") : Invariant($"{numbers[first]}-{numbers[i]}"));
            i++;
        }

        return string.Join(", ", parts);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
