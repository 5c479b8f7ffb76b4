using System.Globalization;

namespace SafeSwitch.Onnx.Graphs;

/// <summary>Where a tensor's bytes are, outside the graph.</summary>
/// <param name="Location">The file, relative to the graph's folder, with forward slashes.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes; <see langword="null"/>: to the end of the file.</param>
public sealed record ExternalData(string Location, long Offset, long? Length)
{
    private const int External = 1;

    /// <summary>Where a tensor is; <see langword="null"/> if it is inside the graph.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is <see langword="null"/>.</exception>
    public static ExternalData? Of(TensorProto tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.DataLocation != External)
            return null;
        var entries = tensor.ExternalData;
        return new ExternalData(
            Value(entries, "location") ?? "",
            Number(entries, "offset") ?? 0,
            Number(entries, "length"));
    }

    /// <summary>Moves a tensor out of the graph.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is <see langword="null"/>.</exception>
    public void ApplyTo(TensorProto tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensor.ClearRawData();
        tensor.DataLocation = External;
        tensor.ExternalData.Clear();
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = Location });
        tensor.ExternalData.Add(Entry("offset", Offset));
        if (Length is { } length)
            tensor.ExternalData.Add(Entry("length", length));
    }

    private static StringStringEntryProto Entry(string key, long value) =>
        new() { Key = key, Value = value.ToString(CultureInfo.InvariantCulture) };

    private static string? Value(IEnumerable<StringStringEntryProto> entries, string key) =>
        entries.FirstOrDefault(entry => entry.Key == key)?.Value;

    private static long? Number(IEnumerable<StringStringEntryProto> entries, string key) =>
        long.TryParse(Value(entries, key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
