using SafeSwitch.Bundles;

namespace SafeSwitch.Toolkit.Recipes;

/// <summary>What training and calibrating one probe gave.</summary>
/// <param name="Description">The probe as the manifest names it.</param>
/// <param name="Metrics">Figures on the validation rows.</param>
internal sealed record ProbeResult(ProbeDescription Description, IReadOnlyDictionary<string, double> Metrics);
