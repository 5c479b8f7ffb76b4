using System.Runtime.InteropServices;
using CsCheck;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Parity;

/// <summary>
/// Decoders of every architecture with weights drawn at random, told the same random verbs on both backends: prompts in pieces, tokens,
/// rewinds to any length, adapters on and off. A sample runs with the other tests; more by
/// <c>SAFESWITCH_MODELS=200 dotnet run --project tests/SafeSwitch.OnnxRuntimeGenAI.Tests -- -class "*RandomModelTests"</c>.
/// </summary>
public sealed class RandomModelTests
{
    private const int Capacity = 64;
    private const float Tolerance = 1e-4f;

    private static readonly string[] Families = ["llama", "llama-tied", "qwen2", "phi3", "granite"];

    private static readonly string?[] Adapters = [null, "refusal", "other"];

    private static readonly int Samples =
        int.TryParse(Environment.GetEnvironmentVariable("SAFESWITCH_MODELS"), System.Globalization.CultureInfo.InvariantCulture, out var samples) ? samples : 10;

    private static readonly Gen<(Verb Verb, int Number)[]> Script =
        Gen.Select(Gen.Frequency((2, Gen.Const(Verb.Prefill)), (5, Gen.Const(Verb.Decode)), (2, Gen.Const(Verb.Rewind)), (2, Gen.Const(Verb.Adapt))), Gen.Int[0, 1 << 20])
            .Array[4, 24];

    private static readonly Gen<(string Family, int Weights, float Scale, (Verb Verb, int Number)[] Script)> Cases =
        Gen.Select(Gen.Int[0, Families.Length - 1].Select(i => Families[i]), Gen.Int[0, 1 << 30], Gen.OneOf(Gen.Const(0.02f), Gen.Const(0.1f), Gen.Const(0.4f)), Script);

    private enum Verb
    {
        Prefill,
        Decode,
        Rewind,
        Adapt,
    }

    [Fact]
    public async Task Random_models_give_the_same_numbers_whatever_is_asked_of_them()
    {
        Assert.NotEmpty(NativeLibraryFixture.Folder);
        await Cases.SampleAsync(c => RunAsync(c.Family, c.Weights, c.Scale, c.Script), iter: Samples, threads: 1);
    }

    private static async Task RunAsync(string family, int seed, float scale, (Verb Verb, int Number)[] script)
    {
        using var source = Randomized(family, seed, scale);
        using var files = new InstrumentedModel(source.Path);
        await using var expected = Models.LoadDefault(files);
        await using var actual = Models.LoadGenAI(files);
        await using var left = await expected.Open(Capacity);
        await using var right = await actual.Open(Capacity);
        var pair = new SessionPair(left, right, expected.Info.HiddenStates, Tolerance);
        foreach (var (verb, number) in script)
        {
            var room = Capacity - left.Length;
            switch (verb)
            {
                case Verb.Prefill when room > 0:
                    await pair.Prefill(Enumerable.Range(0, 1 + (number % Math.Min(room, 12))).Select(i => (number + (i * 7919)) % files.VocabularySize).ToArray());
                    break;
                case Verb.Decode when room > 0:
                    await pair.Decode(number % files.VocabularySize);
                    break;
                case Verb.Rewind:
                    pair.Rewind(number % (left.Length + 1));
                    break;
                case Verb.Adapt:
                    pair.SetAdapter(Adapters[number % Adapters.Length]);
                    break;
            }
        }
    }

    // All weights lie in one file of single-precision numbers: other numbers of the same size make another model.
    private static TemporaryFolder Randomized(string family, int seed, float scale)
    {
        var folder = new TemporaryFolder();
        var random = new Random(seed);
        foreach (var file in Directory.EnumerateFiles(Fixtures.Decoder(family, "fp32")))
        {
            var bytes = File.ReadAllBytes(file);
            if (file.EndsWith(".data", StringComparison.Ordinal))
            {
                var weights = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
                for (var i = 0; i < weights.Length; i++)
                    weights[i] = (random.NextSingle() - 0.5f) * 2 * scale;
            }

            File.WriteAllBytes(folder.File(Path.GetFileName(file)), bytes);
        }

        return folder;
    }
}
