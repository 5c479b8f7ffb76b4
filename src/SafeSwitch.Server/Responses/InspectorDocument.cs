using SafeSwitch.Policies;

namespace SafeSwitch.Server.Responses;

/// <summary>What the inspector may ask for.</summary>
internal sealed record InspectorDocument(IReadOnlyList<InspectedModel> Models, int AnswerTokens, int Inputs);

/// <summary>A model.</summary>
/// <param name="Id">What requests call it.</param>
/// <param name="Bundle">What an audit calls its bundle.</param>
/// <param name="Policies">The default policy first, then those that requests may name.</param>
internal sealed record InspectedModel(string Id, string Bundle, IReadOnlyList<InspectedPolicy> Policies);

/// <summary>A policy.</summary>
internal sealed record InspectedPolicy(string Name, bool IsDefault, double PromptThreshold, double ResponseThreshold, GuardStages Stages, Intervention Intervention);
