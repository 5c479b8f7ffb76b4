using System.CommandLine;
using System.IO.MemoryMappedFiles;
using SafeSwitch.Reliability.Material;

namespace SafeSwitch.Reliability.Fuzzing;

/// <summary>
/// Runs cases one after another, in a process that may die of one. What came of them goes to its output, a line each; which one it is at, to
/// a file that both see, so that the parent knows what killed it.
/// </summary>
internal static class FuzzChild
{
    public const string Verb = "fuzz-here";

    /// <summary>What threads of servers have on the platforms that give them least.</summary>
    private const int StackBytes = 1 << 20;

    /// <summary>Between lines that are sent on their way.</summary>
    private const int FlushMilliseconds = 200;

    /// <summary>What a process may keep of its cases it keeps no longer than this.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    public static Command Create()
    {
        var (reader, material, progress, seed, from, to, trace) = (
            new Argument<string>("reader"), new Argument<string>("material"), new Argument<string>("progress"), new Argument<int>("seed"), new Argument<int>("from"), new Argument<int>("to"),
            new Option<bool>("--trace"));
        var command = new Command(Verb) { reader, material, progress, seed, from, to, trace };
        command.Hidden = true;
        command.SetAction(result =>
        {
            var worker = new Thread(
                () => Run(
                    Readers.Find(result.GetRequiredValue(reader)), result.GetRequiredValue(material), result.GetRequiredValue(progress), result.GetValue(seed), result.GetValue(from),
                    result.GetValue(to), result.GetValue(trace)),
                StackBytes);
            worker.Start();
            worker.Join();
        });
        return command;
    }

    private static void Run(Reader reader, string material, string progressFile, int seed, int from, int to, bool trace)
    {
        using var own = new WorkFolder();
        SmallBundle.CopyFolder(material, own.Path);
        using var progress = Progress.Open(progressFile);
        using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
        var file = FuzzFile.Of(reader, own.Path);
        var (began, flushed) = (Environment.TickCount64, Environment.TickCount64);
        for (var number = from; number < to && Environment.TickCount64 - began < Life.TotalMilliseconds; number++)
        {
            progress.Case = number;
            var fuzz = FuzzCase.Make(file, seed, number);
            var undo = fuzz.Apply();
            Environment.SetEnvironmentVariable(Readers.CaseVariable, $"{number}");
            var started = Environment.CpuUsage.TotalTime;
            var thrown = Read(reader, own.Path);
            undo();
            if (trace && thrown is not null)
                Console.Error.WriteLine(thrown);
            var ending = thrown is null ? Ending.Read : Outcome.IsDocumented(thrown) ? Ending.Refused : Ending.Find;
            var isFind = ending == Ending.Find;
            output.WriteLine(new Outcome(
                number, ending, thrown?.GetType().Name ?? "", isFind ? Outcome.Origin(thrown!) : "", isFind ? thrown!.Message : "", isFind ? fuzz.What : "", fuzz.Edits,
                (Environment.CpuUsage.TotalTime - started).TotalSeconds).ToJson());
            if (Environment.TickCount64 - flushed < FlushMilliseconds)
                continue;
            output.Flush();
            flushed = Environment.TickCount64;
        }
    }

    private static Exception? Read(Reader reader, string material)
    {
        try
        {
            reader.Read(material).GetAwaiter().GetResult();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}

/// <summary>The case that a child is at, where its parent can see it when the child can say nothing any more.</summary>
internal sealed class Progress : IDisposable
{
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;

    private Progress(MemoryMappedFile file)
    {
        this.file = file;
        view = file.CreateViewAccessor(0, sizeof(int));
    }

    /// <summary>Its number.</summary>
    public int Case
    {
        get => view.ReadInt32(0);
        set => view.Write(0, value);
    }

    /// <summary>Opens the file, or makes it.</summary>
    public static Progress Open(string path)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        return new Progress(MemoryMappedFile.CreateFromFile(stream, null, sizeof(int), MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false));
    }

    public void Dispose()
    {
        view.Dispose();
        file.Dispose();
    }
}
