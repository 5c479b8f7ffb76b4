using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Probes;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation;

/// <summary>
/// What a guard is compared with, in the form of the reference implementation (arXiv 2502.01042): a probe on the prompt and, if there
/// is one, a probe on the first tokens of the answer. It intervenes where both say so, at one fixed threshold.
/// </summary>
public sealed class ReferenceForm : IDisposable
{
    /// <summary>The threshold of the paper's probes.</summary>
    public const double DefaultThreshold = 0.5;

    /// <summary>The tokens of the answer that the paper's second probe looks at.</summary>
    public const int DefaultPilotTokens = 3;

    internal ReferenceForm(IProbe prompt, IProbe? response, ReferenceFormFiles files, double threshold = DefaultThreshold, int pilotTokens = DefaultPilotTokens)
    {
        (Prompt, Response, Files) = (prompt, response, files);
        Policy = PolicyOf(threshold, response is null ? GuardStages.Prompt : GuardStages.PromptAndResponse, pilotTokens);
    }

    /// <summary>The threshold of its probes, in [0, 1].</summary>
    public double Threshold => Policy.PromptThreshold;

    /// <summary>Answer tokens that the second probe looks at; <see langword="null"/> if there is none.</summary>
    public int? PilotTokens => Response is null ? null : Policy.PilotTokens;

    internal IProbe Prompt { get; }

    internal IProbe? Response { get; }

    /// <summary>It decides as a policy over its own probes does.</summary>
    internal SafetyPolicy Policy { get; }

    internal ReferenceFormFiles Files { get; }

    /// <summary>Loads the probe graphs; what each reads is what its inputs are named after.</summary>
    /// <param name="promptFile">The probe on the prompt.</param>
    /// <param name="responseFile">The probe on the answer's first tokens, if there is one.</param>
    /// <param name="model">The model that they are to read.</param>
    /// <param name="threshold">The threshold of both, in [0, 1].</param>
    /// <param name="pilotTokens">Tokens of the answer that the second one looks at, in [1, 64].</param>
    /// <exception cref="SettingsException">The threshold or the number of tokens is out of its range.</exception>
    /// <exception cref="SafeSwitchException">A file isn't a probe graph, or not one for that model; every problem is listed.</exception>
    public static ReferenceForm Load(
        string promptFile, string? responseFile, LanguageModelInfo model, double threshold = DefaultThreshold, int pilotTokens = DefaultPilotTokens)
    {
        ArgumentNullException.ThrowIfNull(model);
        SettingsException.ThrowIfInvalid(PolicyOf(threshold, GuardStages.PromptAndResponse, pilotTokens));
        var prompt = LoadProbe(promptFile, MonitorStage.Prompt, model);
        try
        {
            return new ReferenceForm(
                prompt,
                responseFile is null ? null : LoadProbe(responseFile, MonitorStage.Response, model),
                new ReferenceFormFiles(DataFile.Sha256(promptFile), responseFile is null ? null : DataFile.Sha256(responseFile)),
                threshold,
                pilotTokens);
        }
        catch
        {
            prompt.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Prompt.Dispose();
        Response?.Dispose();
    }

    private static SafetyPolicy PolicyOf(double threshold, GuardStages stages, int pilotTokens) => new()
    {
        PromptThreshold = threshold,
        ResponseThreshold = threshold,
        Stages = stages,
        PilotTokens = pilotTokens,
    };

    private static OnnxProbe LoadProbe(string path, MonitorStage stage, LanguageModelInfo model)
    {
        try
        {
            return OnnxProbe.Load(path, Methods.Reference, stage, model);
        }
        catch (BundleException e)
        {
            throw new SafeSwitchException(
                $"The probe '{path}' can't be compared with:{string.Concat(e.Problems.Select(p => $"{Environment.NewLine}  {p}"))}", e);
        }
    }
}

/// <summary>SHA-256 of the probes that a reference form is made of.</summary>
internal sealed record ReferenceFormFiles(string Prompt, string? Response);
