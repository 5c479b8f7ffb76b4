using SafeSwitch.Instrumentation;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.States;

public class DecoderFingerprintTests
{
    [Theory]
    [InlineData("fp32")]
    [InlineData("int4")]
    public void Another_choice_of_layers_keeps_it_and_other_weights_change_it(string precision)
    {
        using var folder = new TemporaryFolder();
        var llama = Fixtures.Decoder("llama", precision);
        Instrumenter.Instrument(llama, folder.File("a"), new InstrumentOptions { Layers = [1] });
        Instrumenter.Instrument(llama, folder.File("b"), new InstrumentOptions { Layers = [2, 0] });
        Instrumenter.Instrument(Fixtures.Decoder("qwen2", precision), folder.File("c"), new InstrumentOptions { Layers = [1] });

        var fingerprint = DecoderFingerprint.Of(folder.File("a"));
        Assert.Equal(fingerprint, DecoderFingerprint.Of(folder.File("b")));
        Assert.NotEqual(fingerprint, DecoderFingerprint.Of(folder.File("c")));
    }
}
