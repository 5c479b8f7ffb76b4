using System.Globalization;

namespace SafeSwitch.Tokenization.Benchmarks;

/// <summary>A few seconds instead of minutes: processor time, the two libraries in turns so that a busy machine slows both.</summary>
internal static class QuickLook
{
    private const int Rounds = 7;

    public static void Run()
    {
        var (ours, theirs) = (SharedModel.Ours(), SharedModel.Theirs());
        foreach (var length in (int[])[1_000, 100_000])
        {
            var text = SampleText.OfLength(length);
            var repeats = 1_000_000 / length;
            List<double> first = [], second = [];
            for (var round = 0; round < Rounds; round++)
            {
                first.Add(Milliseconds(() => theirs.EncodeToIds(text), repeats));
                second.Add(Milliseconds(() => ours.EncodeContent(text), repeats));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{length,7} characters a call: Microsoft.ML.Tokenizers {Median(first):F1} ms, SafeSwitch {Median(second):F1} ms a million characters, ratio {Median(second) / Median(first):F2}"));
        }

        foreach (var character in "a =")
        {
            foreach (var length in (int[])[262_144, 524_288, 1_048_576])
            {
                var text = new string(character, length);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"'{character}' x {length,9}: {Milliseconds(() => ours.Encode(text), 1):F0} ms"));
            }
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Milliseconds(Action action, int repeats)
    {
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < repeats; i++)
            action();
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    }
}
