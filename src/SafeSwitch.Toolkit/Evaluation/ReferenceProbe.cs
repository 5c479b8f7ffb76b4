using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Monitoring;
using SafeSwitch.OnnxRuntime.Probes;
using SafeSwitch.Toolkit.Graphs;

namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>A prompt probe that belongs to no bundle, loaded to compare with.</summary>
public static class ReferenceProbe
{
    /// <summary>Loads a probe graph; what it reads is what its inputs are named after.</summary>
    /// <exception cref="SafeSwitchException">The file is no probe graph, or not one for that model; every problem is listed.</exception>
    public static IProbe Load(string path, LanguageModelInfo model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var inputs = GraphFile.Load(path).Graph.Input.Select(i => i.Name);
        var description = new ProbeDescription
        {
            Name = Methods.Reference,
            File = Path.GetFileName(path),
            Sha256 = "",
            Stage = MonitorStage.Prompt,
            HiddenStates = [.. inputs.Where(i => i is not (ProbeInputs.ContentMask or ProbeInputs.AttentionMask))],
            Pooling = Methods.Reference,
        };
        var problems = new List<BundleProblem>();
        return new ProbeLoader(model.HiddenStates, model.HiddenSize, problems).Load(description, path)
            ?? throw new SafeSwitchException(
                $"The probe '{path}' can't be compared with:{string.Concat(problems.Select(p => $"{Environment.NewLine}  {p}"))}");
    }
}
