using Spectre.Console;

namespace SafeSwitch.Cli.Shared.Terminals;

/// <summary>Names and values, one a line.</summary>
internal sealed class FactGrid
{
    private readonly Grid grid = new();

    public FactGrid()
    {
        grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn();
    }

    /// <summary>Adds a fact as it is.</summary>
    public void Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            AddMarkup(name, Markup.Escape(value));
    }

    /// <summary>Adds a fact whose value may hold markup.</summary>
    public void AddMarkup(string name, string value) => grid.AddRow($"[grey]{Markup.Escape(name)}[/]", value);

    public void WriteTo(Terminal terminal) => terminal.Out.Write(grid);
}
