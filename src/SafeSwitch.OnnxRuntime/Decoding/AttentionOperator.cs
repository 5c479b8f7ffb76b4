namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Whether a graph's attention appends to its cache in place. Inputs and outputs look the same either way, so the file is
/// searched for the operator's name: that takes no knowledge of protobuf, and weights inside the file are passed over in a moment.
/// </summary>
internal static class AttentionOperator
{
    private const int ChunkLength = 1 << 20;

    public static bool AppendsInPlace(string graphPath)
    {
        var name = "GroupQueryAttention"u8;
        using var stream = new FileStream(graphPath, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        var chunk = new byte[ChunkLength + name.Length];
        var kept = 0;
        while (stream.Read(chunk, kept, ChunkLength) is > 0 and var read)
        {
            var filled = chunk.AsSpan(0, kept + read);
            if (filled.IndexOf(name) >= 0)
                return true;
            kept = Math.Min(name.Length - 1, filled.Length);
            filled[^kept..].CopyTo(chunk);
        }

        return false;
    }
}
