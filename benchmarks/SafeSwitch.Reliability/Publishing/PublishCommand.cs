using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using SafeSwitch.Reliability.Material;

namespace SafeSwitch.Reliability.Publishing;

/// <summary>Publishes the sample host in the forms that hosts ship in, and has each answer one guarded request.</summary>
internal static class PublishCommand
{
    private const string Question = "How do I bake bread?";
    private const string Host = "ChatHost";

    private static readonly (string Name, string[] Properties)[] Forms =
    [
        ("single-file", ["-p:PublishSingleFile=true", "--self-contained", "false"]),
        ("aot", ["-p:PublishAot=true"]),
    ];

    public static Command Create()
    {
        var form = new Argument<string>("form") { Description = $"{string.Join(" or ", Forms.Select(f => f.Name))}." };
        form.AcceptOnlyFromAmong([.. Forms.Select(f => f.Name)]);
        var bundle = new Option<string>("--bundle") { Description = "A bundle's folder.", DefaultValueFactory = _ => Repository.ShippedBundle };
        var output = new Option<DirectoryInfo?>("--output") { Description = "Where it is built, and left; a temporary folder otherwise." };
        var command = new Command("publish", "Publishes samples/ChatHost and has it answer a guarded request.") { form, bundle, output };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var temporary = new WorkFolder();
            var folder = result.GetValue(output)?.FullName ?? temporary.Path;
            var chosen = Forms.Single(f => f.Name == result.GetRequiredValue(form));
            return await RunAsync(chosen.Name, chosen.Properties, Path.GetFullPath(result.GetRequiredValue(bundle)), folder, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(string name, string[] properties, string bundle, string folder, CancellationToken cancellationToken)
    {
        var published = Path.Combine(folder, "published");
        string[] arguments =
        [
            "publish", Repository.Path("samples", Host), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-nologo", "-v", "quiet",
            // Style and the public surface are the build's to check; what is generated lies elsewhere here, where their exceptions don't reach.
            "-p:RunAnalyzers=false",
            "--artifacts-path", Path.Combine(folder, "artifacts"), "-o", published, .. properties,
        ];
        var (built, log, _, buildTime) = await StartAsync("dotnet", arguments, null, cancellationToken);
        if (built != 0 || log.Contains("warning", StringComparison.OrdinalIgnoreCase))
        {
            Console.WriteLine(log);
            if (built != 0)
                return 1;
        }

        var program = Path.Combine(published, OperatingSystem.IsWindows() ? $"{Host}.exe" : Host);
        var (ended, answer, first, whole) = await StartAsync(program, [Question], bundle, cancellationToken);
        Console.WriteLine(answer);
        var megabytes = new DirectoryInfo(published).EnumerateFiles("*", SearchOption.AllDirectories).Where(f => f.Extension is not (".pdb" or ".dbg" or ".xml")).Sum(f => f.Length) / 1e6;
        Console.WriteLine("| form | program MB | with native libraries MB | first text s | whole answer s | publishing s |\n|---|---:|---:|---:|---:|---:|");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {new FileInfo(program).Length / 1e6:0.0} | {megabytes:0.0} | {first.TotalSeconds:0.00} | {whole.TotalSeconds:0.00} | {buildTime.TotalSeconds:0} |"));
        // The sample ends with the verdict's reason in brackets; without one it was not guarded.
        return ended == 0 && answer.TrimEnd().EndsWith(']') && !answer.TrimEnd().EndsWith("[]", StringComparison.Ordinal) ? 0 : 1;
    }

    /// <returns>The exit code, what was printed, when the first of it came, and how long all took.</returns>
    private static async Task<(int ExitCode, string Output, TimeSpan First, TimeSpan Whole)> StartAsync(
        string program, string[] arguments, string? bundle, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = Repository.Path() };
        if (bundle is not null)
            start.Environment["SafeSwitch__BundlePath"] = bundle;
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var first = new char[1];
        var read = await process.StandardOutput.ReadAsync(first, cancellationToken);
        var firstAfter = Stopwatch.GetElapsedTime(started);
        var rest = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, new string(first, 0, read) + rest, firstAfter, Stopwatch.GetElapsedTime(started));
    }
}
