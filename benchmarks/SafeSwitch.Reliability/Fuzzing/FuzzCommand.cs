using System.CommandLine;
using System.Globalization;
using SafeSwitch.Reliability.Material;

namespace SafeSwitch.Reliability.Fuzzing;

/// <summary>Damages files and has them read: each must be read, or refused by a documented exception, in little time and memory.</summary>
internal static class FuzzCommand
{
    private const string Every = "all";
    private const string Quick = "quick";

    public static Command Create()
    {
        var reader = new Argument<string>("reader") { Description = $"What reads: {Every}, {Quick} (those that load no model), or one of {string.Join(", ", Readers.All.Select(r => r.Name))}." };
        reader.AcceptOnlyFromAmong([Every, Quick, .. Readers.All.Select(r => r.Name), Readers.SelfCheck.Name]);
        var cases = new Option<int>("--cases") { Description = "Cases of each reader.", DefaultValueFactory = _ => 1000 };
        var seed = new Option<int>("--seed") { Description = "What the cases come from.", DefaultValueFactory = _ => 1 };
        var one = new Option<int?>("--case") { Description = "Run this case alone and print what was thrown." };
        var limit = new Option<double>("--limit") { Description = "Most seconds of processor time that a case may take.", DefaultValueFactory = _ => 10 };
        var save = new Option<DirectoryInfo?>("--save") { Description = "With --case: leave the material with the damaged file in this folder." };
        var command = new Command("fuzz", "Damages files of every kind and has them read.") { reader, cases, seed, one, limit, save };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var material = new WorkFolder();
            await SmallBundle.MakeAsync(material.Path, cancellationToken);
            var name = result.GetRequiredValue(reader);
            var run = new FuzzRun(material.Path, result.GetValue(seed)) { Limit = TimeSpan.FromSeconds(result.GetValue(limit)), Trace = result.GetValue(one) is not null };
            var (from, to) = result.GetValue(one) is { } number ? (number, number + 1) : (0, result.GetValue(cases));
            if (result.GetValue(save) is { } folder && result.GetValue(one) is { } kept)
                Save(Readers.Find(name), material.Path, result.GetValue(seed), kept, folder.FullName);
            var tallies = new List<Tally>();
            foreach (var chosen in name switch { Every => Readers.All, Quick => Readers.All.Where(r => r.IsQuick), _ => [Readers.Find(name)] })
                tallies.Add(await CountAsync(run, chosen, from, to));
            return Report(tallies);
        });
        return command;
    }

    private static void Save(Reader reader, string material, int seed, int number, string folder)
    {
        SmallBundle.CopyFolder(material, folder);
        FuzzCase.Make(FuzzFile.Of(reader, folder), seed, number).Apply();
        Console.Error.WriteLine($"{Readers.FileOf(reader, folder)} is as the case has it.");
    }

    private static async Task<Tally> CountAsync(FuzzRun run, Reader reader, int from, int to)
    {
        var tally = new Tally(reader.Name);
        await foreach (var outcome in run.RunAsync(reader, from, to))
        {
            tally.Add(outcome);
            if (outcome.Ending == Ending.Find)
                Console.Error.WriteLine($"{reader.Name} case {outcome.Case}: {outcome.What} {outcome.Where} [{outcome.Edit}] {outcome.Message.ReplaceLineEndings(" ")}");
            else if (tally.Cases % Math.Max(250, (to - from) / 20) == 0)
                Console.Error.WriteLine($"{reader.Name}: {tally.Cases} of {to - from}");
        }

        return tally;
    }

    private static int Report(List<Tally> tallies)
    {
        Console.WriteLine("| reader | cases | read | refused | finds | kinds of finds | slowest, processor s |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|");
        foreach (var t in tallies)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {t.Reader} | {t.Cases} | {t.Read} | {t.Refused} | {t.Finds} | {t.Kinds.Count} | {t.Slowest:0.0} (case {t.SlowestCase}) |"));
        if (tallies.Sum(t => t.Finds) == 0)
            return 0;

        Console.WriteLine();
        Console.WriteLine("| reader | what | where | times | smallest case | its edit |");
        Console.WriteLine("|---|---|---|---:|---:|---|");
        foreach (var t in tallies)
        {
            foreach (var ((what, where), (times, smallest)) in t.Kinds)
                Console.WriteLine($"| {t.Reader} | {what} | {where} | {times} | {smallest.Case} | {smallest.Edit.Replace("|", "\\|", StringComparison.Ordinal)} |");
        }

        return 1;
    }

    private sealed class Tally(string reader)
    {
        public string Reader => reader;

        public int Cases { get; private set; }

        public int Read { get; private set; }

        public int Refused { get; private set; }

        public int Finds => Cases - Read - Refused;

        public double Slowest { get; private set; }

        public int SlowestCase { get; private set; }

        /// <summary>Finds that look alike are one kind, shown by the case with the fewest edits.</summary>
        public Dictionary<(string What, string Where), (int Times, Outcome Smallest)> Kinds { get; } = [];

        public void Add(Outcome outcome)
        {
            Cases++;
            Read += outcome.Ending == Ending.Read ? 1 : 0;
            Refused += outcome.Ending == Ending.Refused ? 1 : 0;
            if (outcome.Seconds > Slowest)
                (Slowest, SlowestCase) = (outcome.Seconds, outcome.Case);
            if (outcome.Ending != Ending.Find)
                return;
            var kind = (outcome.What, outcome.Where);
            var (times, smallest) = Kinds.GetValueOrDefault(kind, (0, outcome));
            Kinds[kind] = (times + 1, (outcome.Edits, outcome.Edit.Length).CompareTo((smallest.Edits, smallest.Edit.Length)) < 0 ? outcome : smallest);
        }
    }
}
