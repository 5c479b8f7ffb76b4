using System.Globalization;

namespace SafeSwitch.Tokenization.Benchmarks;

/// <summary>What each kind of hostile text costs a character, against prose of the same length, in turns on one machine; and what it costs to refuse a hundred million.</summary>
internal static class HostileLook
{
    private const int Length = 1_000_000;
    private const int Refused = 100_000_000;
    private const int Context = 8_192;
    private const int Rounds = 5;

    public static void Run()
    {
        var model = SharedModel.Ours();
        var prose = SampleText.Prose(Length);
        var texts = HostileText.Kinds.ToDictionary(kind => kind.Key, kind => kind.Value(Length));
        Dictionary<string, List<double>> ratios = texts.Keys.ToDictionary(name => name, _ => new List<double>());
        List<double> times = [];
        model.EncodeContent(prose);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (name, text) in texts)
            {
                var reference = Milliseconds(() => model.EncodeContent(prose));
                times.Add(reference);
                ratios[name].Add(Milliseconds(() => model.EncodeContent(text)) / reference);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"prose: {Median(times):F0} ms a million characters"));
        foreach (var (name, values) in ratios.OrderByDescending(pair => Median(pair.Value)))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-22} {Median(values),6:F2} x prose"));

        var enormous = new string('a', Refused);
        var chat = ModelTokenizer.Load(Path.GetDirectoryName(SharedModel.File)!);
        chat.EncodeChat([new("user", "warm")], tokenLimit: Context);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Milliseconds(() =>
        {
            try
            {
                chat.EncodeChat([new("user", enormous)], tokenLimit: Context);
            }
            catch (TokenLimitException)
            {
                // What is measured.
            }
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Refused} characters refused: {refusal:F1} ms, {(GC.GetAllocatedBytesForCurrentThread() - before) / 1e6:F2} MB"));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Milliseconds(Action action)
    {
        var before = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    }
}
