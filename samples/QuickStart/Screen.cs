using System.Globalization;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using Spectre.Console;

namespace SafeSwitch.QuickStart;

/// <summary>What a person sees: colours at a terminal, plain text in a pipe.</summary>
internal sealed class Screen(GuardedModel model)
{
    private readonly List<(Comparison Comparison, Example Example)> seen = [];

    // A pipe has no width of its own.
    static Screen() => AnsiConsole.Profile.Width = Console.IsOutputRedirected ? 120 : AnsiConsole.Profile.Width;

    /// <summary>Whether answers are shown with the time that they took.</summary>
    public bool IsTimed { get; init; } = true;

    public void Introduce()
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]SafeSwitch[/] guards [bold]{model.Info.Name}[/] ({model.Info.Backend}, policy '{model.Policies.DefaultPolicy}').");
        AnsiConsole.MarkupLineInterpolated($"A probe reads the model's hidden states before it answers; when it fires, a refusal adapter takes over the model's head.");
        AnsiConsole.MarkupLineInterpolated($"[grey]Every answer below is generated now, greedily, at most 48 tokens.[/]");
    }

    public void Add(Comparison comparison, Example example)
    {
        seen.Add((comparison, example));
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated($"[bold]{seen.Count}. {comparison.Prompt}[/] [grey]({example.Kind})[/]");
        var rows = Rows();
        rows.AddRow(Cell("unguarded"), Timed(Shorten(comparison.Unguarded.Text), comparison.Unguarded.Timings.Total));
        AddVerdict(rows, comparison.Guarded);
        var answer = comparison.AnswersAreEqual ? "the same answer, token for token" : Shorten(comparison.Guarded.Text);
        rows.AddRow(Cell("guarded"), Timed(answer, comparison.Guarded.Timings.Total));
        AnsiConsole.Write(rows);
    }

    public void Summarise()
    {
        var harmful = seen.Where(s => s.Example.Kind.StartsWith("harmful", StringComparison.Ordinal)).ToArray();
        var harmless = seen.Except(harmful).ToArray();
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated(
            $"[bold]{harmful.Count(s => s.Comparison.Guarded.Intervened)} of {harmful.Length} harmful prompts refused, {harmless.Count(s => s.Comparison.AnswersAreEqual)} of {harmless.Length} harmless answers untouched.[/]");
        AnsiConsole.MarkupLineInterpolated($"[grey]Ten prompts prove nothing: the README has the measured table, and what is still missed.[/]");
    }

    /// <summary>Lets a person type, if there is one.</summary>
    public async Task ConverseAsync(CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
            return;
        while (!cancellationToken.IsCancellationRequested)
        {
            AnsiConsole.WriteLine();
            AnsiConsole.Markup("[bold]Your turn[/] [grey](an empty line ends)[/]: ");
            if (Console.ReadLine() is not { Length: > 0 } prompt)
                return;
            GenerationResult? result = null;
            var request = new GenerationRequest { Messages = [PromptMessage.User(prompt)], MaxNewTokens = 200 };
            await foreach (var update in model.StreamAsync(request, cancellationToken))
            {
                Console.Write(update.Text);
                result = update.Result;
            }

            Console.WriteLine();
            var rows = Rows();
            AddVerdict(rows, result!);
            AnsiConsole.Write(rows);
        }
    }

    private static Grid Rows() => new Grid()
        .AddColumn(new GridColumn().PadLeft(3).Width(10).NoWrap())
        .AddColumn(new GridColumn().PadLeft(2));

    private static void AddVerdict(Grid rows, GenerationResult result)
    {
        var verdict = result.Verdict!;
        var scores = string.Create(CultureInfo.InvariantCulture, $"harmful {verdict.PromptScore:0.000} (threshold {verdict.PromptThreshold:0.000})");
        if (verdict.ResponseScore is { } response)
            scores += string.Create(CultureInfo.InvariantCulture, $", complies {response:0.000} (threshold {verdict.ResponseThreshold:0.000})");
        rows.AddRow(Cell(result.Intervened ? "switched" : "left alone", result.Intervened ? "red" : "green"), Cell(scores));
        rows.AddRow(Cell("why", "grey"), Cell(verdict.Reason, "grey"));
    }

    private Markup Timed(string text, TimeSpan time) => new(Markup.Escape(text)
        + (IsTimed ? string.Create(CultureInfo.InvariantCulture, $" [grey]{time.TotalSeconds:0.00} s[/]") : ""));

    private static Markup Cell(string text, string style = "default") => new($"[{style}]{Markup.Escape(text)}[/]");

    private static string Shorten(string text)
    {
        var oneLine = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return oneLine.Length <= 150 ? oneLine : oneLine[..150] + "…";
    }
}
