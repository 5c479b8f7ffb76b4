using System.CommandLine;
using SafeSwitch.Reliability.Material;

namespace SafeSwitch.Reliability.Fuzzing;

/// <summary>
/// Runs cases one after another, in a process that may die of one. It says which one it begins and what came of it, a line each; a
/// line that is missing tells the parent what killed it.
/// </summary>
internal static class FuzzChild
{
    public const string Verb = "fuzz-here";
    public const string Begins = "#begins ";
    public const string Ended = "#ended ";

    /// <summary>What threads of servers have on the platforms that give them least.</summary>
    private const int StackBytes = 1 << 20;

    public static Command Create()
    {
        var (reader, material, seed, from, to, trace) = (
            new Argument<string>("reader"), new Argument<string>("material"), new Argument<int>("seed"), new Argument<int>("from"), new Argument<int>("to"), new Option<bool>("--trace"));
        var command = new Command(Verb) { reader, material, seed, from, to, trace };
        command.Hidden = true;
        command.SetAction(result => Run(
            Readers.Find(result.GetRequiredValue(reader)), result.GetRequiredValue(material), result.GetValue(seed), result.GetValue(from), result.GetValue(to), result.GetValue(trace)));
        return command;
    }

    private static void Run(Reader reader, string material, int seed, int from, int to, bool trace)
    {
        using var own = new WorkFolder();
        SmallBundle.CopyFolder(material, own.Path);
        for (var number = from; number < to; number++)
        {
            var fuzz = FuzzCase.Make(reader, own.Path, seed, number);
            var undo = fuzz.Apply(own.Path);
            Say(Begins + new Outcome(number, Ending.Find, "", "", "", fuzz.What, fuzz.Edits, 0).ToJson());
            Environment.SetEnvironmentVariable(Readers.CaseVariable, $"{number}");
            var started = Environment.CpuUsage.TotalTime;
            var thrown = Read(reader, own.Path);
            undo();
            if (trace && thrown is not null)
                Console.Error.WriteLine(thrown);
            var ending = thrown is null ? Ending.Read : Outcome.IsDocumented(thrown) ? Ending.Refused : Ending.Find;
            Say(Ended + new Outcome(
                number, ending, thrown?.GetType().Name ?? "", ending == Ending.Find ? Outcome.Origin(thrown!) : "", ending == Ending.Find ? thrown!.Message : "", fuzz.What, fuzz.Edits,
                (Environment.CpuUsage.TotalTime - started).TotalSeconds).ToJson());
        }
    }

    private static Exception? Read(Reader reader, string material)
    {
        Exception? thrown = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    reader.Read(material).GetAwaiter().GetResult();
                }
                catch (Exception e)
                {
                    thrown = e;
                }
            },
            StackBytes);
        thread.Start();
        thread.Join();
        return thrown;
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
