using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>An adapter in memory: tensors that take the place of the graph's overridable initializers.</summary>
internal sealed class Adapter : IDisposable
{
    private readonly IReadOnlyList<AdapterTensor> tensors;
    private readonly OrtValue[] values;
    private readonly byte[] file;

    /// <param name="tensors">What the file holds.</param>
    /// <param name="file">The file, in a pinned array: the tensors are views of it.</param>
    public Adapter(IReadOnlyList<AdapterTensor> tensors, byte[] file)
    {
        this.tensors = tensors;
        this.file = file;
        values = [.. tensors.Select(View)];
    }

    /// <summary>Columns of the first matrix, rows of the second.</summary>
    public long Rank => tensors.First(t => t.Name == AdapterLoader.LoraB).Shape[0];

    public void Bind(OrtIoBinding binding)
    {
        for (var i = 0; i < values.Length; i++)
            binding.BindInput(tensors[i].Name, values[i]);
    }

    public void Dispose()
    {
        foreach (var value in values)
            value.Dispose();
    }

    private unsafe OrtValue View(AdapterTensor tensor)
    {
        fixed (byte* start = file)
            return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, tensor.Type, tensor.Shape, (nint)(start + tensor.Offset), tensor.Length);
    }
}
