namespace SafeSwitch.Tokenization.Pipeline.Decoders;

internal sealed class FuseDecoder : Decoder
{
    public override List<string> Apply(List<string> pieces) => [string.Concat(pieces)];
}
