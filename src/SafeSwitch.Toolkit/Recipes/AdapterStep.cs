using System.Runtime.InteropServices;
using SafeSwitch.Toolkit.Adapters;
using SafeSwitch.Toolkit.Collection;
using SafeSwitch.Toolkit.Data;
using SafeSwitch.Toolkit.Graphs;
using SafeSwitch.Toolkit.Instrumentation;
using SafeSwitch.Toolkit.Training.Adapter;

namespace SafeSwitch.Toolkit.Recipes;

/// <summary>Trains the refusal adapter and writes it once ONNX Runtime gives the logits that were trained for.</summary>
internal static class AdapterStep
{
    public const string Name = "refusal";
    public const string File = "adapters/refusal.onnx_adapter";

    public static async Task<AdapterResult> RunAsync(
        BuildContext context, CollectionDecoder decoder, StateStore store, string rows, CancellationToken cancellationToken)
    {
        var path = Path.Combine(context.Files.Folder, File);
        var stamp = new StepStamp<AdapterResult>(context.Files.Work, "adapter");
        var options = context.Recipe.Adapter with { Seed = context.Recipe.Seed, Threads = context.Options.Threads };
        var inputs = InputDigest.Of(rows, options with { Threads = 1 }, ToolVersion.Text);
        if (stamp.Standing(inputs, [path]) is { } standing)
            return standing;

        var head = HeadGraph.Cut(Path.Combine(decoder.Folder, GraphNames.ServingGraph), Path.Combine(decoder.Folder, "head.onnx"));
        using var baseHead = new OrtHead(head, options.Threads);
        var (weights, report) = new AdapterTrainer(baseHead, options).Train(store, context.Progress, cancellationToken);
        if (report.BaseCanHardlyRefuse)
        {
            context.Report("adapter",
                $"the base model predicts only {report.BaseTop1:P0} of the refusals' tokens: expect refusals that are less than fluent");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        WholeFile.Write(path, temporary => Adapter(weights, head.AdapterType).Save(temporary));
        var check = new AdapterCheck(decoder.Folder, path, context.Options.Threads);
        await check.CompareLogitsAsync(baseHead, weights, cancellationToken).ConfigureAwait(false);
        var quality = await check.RefuseAsync(context, cancellationToken).ConfigureAwait(false);
        context.Report("adapter",
            $"top-1 on held-out refusals {report.BaseTop1:P1} -> {report.AdaptedTop1:P1} ({report.HeldOutTokens:N0} tokens); of {quality.Answers} answers " +
            $"{quality.Refused} refuse, {quality.Fluent} fluently, {quality.NamedTopic} naming the topic");
        return stamp.Keep(inputs, [path], new AdapterResult(report, quality));
    }

    private static AdapterFile Adapter(LoraWeights weights, ElementType type) => new()
    {
        Tensors =
        [
            new AdapterTensor(GraphNames.LoraA, [weights.Hidden, weights.Rank], type, Bytes(weights.A, type)),
            new AdapterTensor(GraphNames.LoraB, [weights.Rank, weights.Vocabulary], type, Bytes(weights.FoldedB(), type)),
        ],
    };

    private static byte[] Bytes(float[] values, ElementType type) => type switch
    {
        ElementType.Float32 => MemoryMarshal.AsBytes<float>(values).ToArray(),
        ElementType.Float16 => MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, v => (Half)v)).ToArray(),
        ElementType.BFloat16 => MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(values, RoundToBFloat16)).ToArray(),
        _ => throw new SafeSwitchException($"An adapter of type {type} can't be written; expected a floating-point head."),
    };

    private static ushort RoundToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
