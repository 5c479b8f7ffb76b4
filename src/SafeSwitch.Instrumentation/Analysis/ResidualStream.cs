using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>
/// The residual stream at every layer. It is where all paths from the token embeddings to the head meet: the stream is read by a
/// layer and by the addition that closes it, while whatever is inside a layer is bypassed by that addition. The state that
/// enters layer i is the last such place that the layer's cache depends on. So no operator, fusion or name has to be known.
/// </summary>
internal sealed class ResidualStream
{
    private readonly ResidualTap?[] taps;

    private ResidualStream(ResidualTap?[] taps, string? problem)
    {
        this.taps = taps;
        Problem = problem;
    }

    /// <summary>Why some layers can't be tapped; <see langword="null"/> if all can.</summary>
    public string? Problem { get; }

    /// <summary>The layers whose state can be named.</summary>
    public IEnumerable<int> Layers => Enumerable.Range(0, taps.Length).Where(layer => taps[layer] is not null);

    /// <summary>The state that enters a layer.</summary>
    public ResidualTap? At(int layer) => taps[layer];

    public static ResidualStream Find(DecoderGraph decoder)
    {
        var taps = new ResidualTap?[decoder.Layers];
        var flow = DataFlow.From(decoder);
        if (flow is null)
            return new ResidualStream(taps, $"no embedding of '{decoder.InputIds}' was found");
        var meeting = flow.MeetingPoints();
        foreach (var (layer, cache) in decoder.CacheOutputs())
        {
            var needed = flow.Ancestors(cache);
            var tap = meeting.LastOrDefault(needed.Contains);
            if (tap.Name is not null && (taps[layer] is null || taps[layer]!.Order > tap.Order))
                taps[layer] = ResidualTap.Of(tap, decoder);
        }

        for (var layer = 1; layer < taps.Length; layer++)
        {
            if (taps[layer] is { } tap && (taps[layer - 1] is not { } previous || previous.Order >= tap.Order))
                taps[layer] = null;
        }

        var widths = new Widths(decoder.Index, decoder.Constants);
        for (var layer = 0; layer < taps.Length; layer++)
        {
            if (taps[layer] is { } tap && widths.Of(tap.Source) is { } width && width != decoder.Head.HiddenSize)
            {
                return new ResidualStream(
                    new ResidualTap?[taps.Length], $"the stream that enters layer {layer} is {width} wide, the head reads {decoder.Head.HiddenSize}: a projection is between");
            }
        }

        var missing = Enumerable.Range(0, taps.Length).Where(layer => taps[layer] is null).ToList();
        return new ResidualStream(
            taps, missing.Count == 0 ? null : $"no single residual stream enters layer {string.Join(", ", missing)}");
    }
}
