using SafeSwitch.Instrumentation.Inspection;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Tests;

/// <summary>
/// Graphs damaged at random: cut, bytes flipped, stretches cut out, moved or doubled. Each is either still a decoder or refused with
/// one kind of error; nothing is written besides the output, and nothing there if it was refused.
/// </summary>
public sealed class DamagedGraphTests : IDisposable
{
    private static readonly DecoderForm[] Forms =
    [
        new(),
        new() { Norm = "Skip", Head = "TiedHalf", SoftCap = true },
        new() { Norm = "LayerNormalization", Head = "Gemm", Pruning = "Scalar", Branches = true },
        new() { Head = "Dequantized", Pruning = "Slice", GivesStates = true },
    ];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<int> Kinds => [.. Enumerable.Range(0, Forms.Length)];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_graph_cut_short_is_read_or_refused(int form)
    {
        var whole = Make(form);
        for (var length = 0; length < whole.Length; length += length < 64 ? 1 : 41)
            Survive(whole[..length], $"cut at {length}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_graph_damaged_anywhere_is_read_or_refused(int form)
    {
        var whole = Make(form);
        for (var seed = 0; seed < 80; seed++)
            Survive(Damage(whole, new Random(seed)), $"seed {seed}");
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        List<byte> bytes = [.. whole];
        for (var strokes = random.Next(1, 4); strokes > 0; strokes--)
        {
            var (at, length) = (random.Next(bytes.Count), random.Next(1, 40));
            length = Math.Min(length, bytes.Count - at);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                default:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
            }
        }

        return [.. bytes];
    }

    private byte[] Make(int form)
    {
        // Weights are a small part of a real graph's bytes: shrink their share, so that damage meets structure.
        var model = MadeUpDecoder.Make(Forms[form]).Model;
        foreach (var tensor in model.Graph.Initializer.Where(tensor => tensor.RawData.Length >= 128))
            new ExternalData("w.data", 0, tensor.RawData.Length).ApplyTo(tensor);
        File.WriteAllBytes(folder.File("w.data"), new byte[4096]);
        File.WriteAllText(folder.File("config.json"), """{"model_type": "x", "num_attention_heads": 1, "max_position_embeddings": 8, "eos_token_id": 2}""");
        GraphFile.Save(model, folder.File("model.onnx"));
        Instrumenter.Instrument(folder.File("model.onnx"), folder.File("whole"), new InstrumentOptions { Layers = [0, 1] });
        Directory.Delete(folder.File("whole"), recursive: true);
        return File.ReadAllBytes(folder.File("model.onnx"));
    }

    private void Survive(byte[] bytes, string what)
    {
        var (path, output) = (folder.File("model.onnx"), folder.File("out"));
        File.WriteAllBytes(path, bytes);
        string? refused = null;
        try
        {
            Inspector.Inspect(path);
        }
        catch (GraphException)
        {
        }
        catch (Exception exception)
        {
            Assert.Fail($"{what}: inspecting gave {exception}");
        }

        try
        {
            Instrumenter.Instrument(path, output, new InstrumentOptions { Layers = [0, 1] });
        }
        catch (GraphException exception)
        {
            refused = exception.Message;
        }
        catch (Exception exception)
        {
            Assert.Fail($"{what}: instrumenting gave {exception}");
        }

        var expected = refused is null ? new[] { "config.json", "model.onnx", "out", "w.data" } : ["config.json", "model.onnx", "w.data"];
        Assert.Equal(expected, Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        if (refused is null)
            Directory.Delete(output, recursive: true);
        else
            Assert.True(refused.StartsWith(folder.Path, StringComparison.Ordinal), $"{what}: {refused}");
    }
}
