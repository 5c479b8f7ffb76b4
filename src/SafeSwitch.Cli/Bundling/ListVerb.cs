using System.Globalization;
using System.Text.Json.Serialization;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Evaluation.Reports;

namespace SafeSwitch.Cli.Bundling;

/// <summary>The bundles that have a name here.</summary>
internal sealed class ListVerb : Verb
{
    public ListVerb()
        : base(
            "list",
            "Lists the bundles that can be referred to by name: those that were fetched, and those of restored packages",
            new Example("bundle list", "what can be asked from any folder"))
    {
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        var shelf = ToolShelf.Current;
        var document = new ListDocument(ToolShelf.UserFolder, [.. shelf.Bundles.Select(ListedBundle.Of)]);
        if (call.IsJson)
        {
            call.WriteJson(document, BundlingJson.Default);
        }
        else if (document.Bundles.Count == 0)
        {
            call.Terminal.Tell("There are no bundles yet.");
            call.Terminal.Tell("next: safeswitch bundle fetch URL|FOLDER|PACKAGE");
        }
        else
        {
            TableView.Write(call.Terminal, new ReportTable("Bundles", ["name", "bytes", "folder"], [.. document.Bundles.Select(b => b.Cells)]) { Note = $"fetched ones go to {document.UserFolder}" });
        }

        return Task.FromResult(ExitCodes.Done);
    }
}

/// <param name="UserFolder">Where fetched bundles go.</param>
/// <param name="Bundles">By name.</param>
internal sealed record ListDocument(string UserFolder, IReadOnlyList<ListedBundle> Bundles);

/// <param name="Name">What it is called by.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="Bytes">Length of all files that it names; absent if it can't be used.</param>
/// <param name="Problem">Why it can't be used.</param>
internal sealed record ListedBundle(string Name, string Folder, long? Bytes, string? Problem)
{
    public string[] Cells => [Name, Bytes?.ToString("N0", CultureInfo.InvariantCulture) ?? Problem!, Folder];

    // Only the manifest is read: a list is quick, and `verify` looks at the rest.
    public static ListedBundle Of(string folder)
    {
        try
        {
            var bundle = Bundle.Read(folder);
            var bytes = bundle.Manifest.AllFiles.Select(f => new FileInfo(bundle.PathOf(f.File))).Where(f => f.Exists).Sum(f => f.Length);
            return new(Path.GetFileName(folder), folder, bytes, null);
        }
        catch (BundleException e)
        {
            return new(Path.GetFileName(folder), folder, null, e.Problems[0].ToString());
        }
    }
}

[JsonSerializable(typeof(ListDocument))]
[JsonSerializable(typeof(FetchDocument))]
[JsonSerializable(typeof(PackDocument))]
internal sealed partial class BundlingJson : JsonSerializerContext;
