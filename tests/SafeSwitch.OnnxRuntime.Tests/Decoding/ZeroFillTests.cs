using Microsoft.ML.OnnxRuntime;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Tests.Decoding;

public class ZeroFillTests
{
    [Fact]
    public void All_of_the_memory_is_zeroed_and_nothing_else()
    {
        using var options = new SessionOptions();
        using var zeros = new ZeroFill(options);
        using var buffer = new NativeBuffer(1000 * sizeof(long));
        var bytes = buffer.AsSpan<byte>((int)buffer.Bytes);
        bytes.Fill(0xff);

        zeros.Run(OrtMemoryInfo.DefaultInstance, buffer.Pointer + sizeof(long), 998 * sizeof(long));

        Assert.Equal(-1, bytes[sizeof(long)..^sizeof(long)].IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, bytes[..sizeof(long)].IndexOfAnyExcept((byte)0xff));
        Assert.Equal(-1, bytes[^sizeof(long)..].IndexOfAnyExcept((byte)0xff));
    }

    [Fact]
    public void Half_a_number_is_refused()
    {
        using var options = new SessionOptions();
        using var zeros = new ZeroFill(options);
        using var buffer = new NativeBuffer(16);
        Assert.Throws<ArgumentOutOfRangeException>(() => zeros.Run(OrtMemoryInfo.DefaultInstance, buffer.Pointer, 12));
    }
}
