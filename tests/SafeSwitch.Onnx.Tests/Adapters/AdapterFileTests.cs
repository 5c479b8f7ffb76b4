using System.Runtime.InteropServices;
using CsCheck;
using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Tests.Adapters;

public sealed class AdapterFileTests
{
    [Fact]
    public void What_is_written_is_read_again_and_loads_in_the_runtime()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.onnx_adapter");
        var tensor =
            from name in Gen.String[Gen.Char['a', 'z'], 1, 40]
            from rows in Gen.Long[1, 9]
            from columns in Gen.Long[1, 9]
            from half in Gen.Bool
            from data in Gen.Byte.Array[(int)(rows * columns) * (half ? 2 : 4)]
            select new AdapterTensor(name, [rows, columns], half ? ElementType.Float16 : ElementType.Float32, Finite(data, half ? 2 : 4));
        Gen.Select(tensor.Array[1, 4], Gen.Int, Gen.Int).Sample((tensors, adapterVersion, modelVersion) =>
        {
            tensors = [.. tensors.DistinctBy(item => item.Name)];
            new AdapterFile { Tensors = tensors, AdapterVersion = adapterVersion, ModelVersion = modelVersion }.Save(path);
            var read = AdapterFile.Load(path);
            Assert.Equal((adapterVersion, modelVersion), (read.AdapterVersion, read.ModelVersion));
            Assert.Equal(tensors.Length, read.Tensors.Count);
            foreach (var (expected, found) in tensors.Zip(read.Tensors))
            {
                Assert.Equal(expected.Name, found.Name);
                Assert.Equal(expected.Dims, found.Dims);
                Assert.Equal(expected.Type, found.Type);
                Assert.Equal(expected.Data.ToArray(), found.Data.ToArray());
            }

            using var loaded = OrtLoraAdapter.Create(path, null);
            Assert.False(loaded.IsInvalid);
        }, iter: 50, threads: 1);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    // Without the highest bit of the exponent every number is finite.
    private static byte[] Finite(byte[] data, int size) => [.. data.Select((b, i) => i % size == size - 1 ? (byte)(b & 0xBF) : b)];

    [Fact]
    public void Every_shorter_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.onnx_adapter");
        var data = MemoryMarshal.AsBytes<float>(new float[12]).ToArray();
        new AdapterFile { Tensors = [new("a", [3, 4], ElementType.Float32, data)] }.Save(path);
        var whole = File.ReadAllBytes(path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Contains(path, Assert.Throws<GraphException>(() => Read(path)).Message, StringComparison.Ordinal);
        }

        static void Read(string path)
        {
            var read = AdapterFile.Load(path);
            if (read.Tensors is not [{ Name: "a", Data.Length: 48, Dims.Count: 2 }])
                throw new GraphException(path, "not what was written");
        }
    }

    [Fact]
    public void Bytes_that_don_t_fit_the_shape_are_refused() =>
        Assert.Contains("'a'", Assert.Throws<ArgumentException>(() =>
            new AdapterFile { Tensors = [new("a", [3, 4], ElementType.Float32, new byte[47])] }.Save("never")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    public void A_number_that_is_not_finite_is_refused_when_the_file_is_read(ElementType type)
    {
        using var folder = new TemporaryFolder();
        foreach (var value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            foreach (var at in (int[])[0, 7, 11])
            {
                var data = Enumerable.Range(0, 12).SelectMany(i => Bytes(i == at ? value : i, type)).ToArray();
                var path = folder.File("a.onnx_adapter");
                new AdapterFile { Tensors = [new("lm_head.lora_A.weight", [3, 4], type, data)] }.Save(path);

                var error = Assert.Throws<GraphException>(() => AdapterFile.Load(path));

                Assert.Contains("lm_head.lora_A.weight", error.Message, StringComparison.Ordinal);
                Assert.Contains("finite", error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static byte[] Bytes(float value, ElementType type) => type switch
    {
        ElementType.Float16 => BitConverter.GetBytes((Half)value),
        ElementType.BFloat16 => [.. BitConverter.GetBytes(value).Skip(2)],
        _ => BitConverter.GetBytes(value),
    };
}
