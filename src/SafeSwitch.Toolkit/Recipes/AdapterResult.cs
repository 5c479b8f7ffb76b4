using SafeSwitch.Toolkit.Refusals;
using SafeSwitch.Toolkit.Training.Adapter;

namespace SafeSwitch.Toolkit.Recipes;

/// <summary>What training the adapter gave.</summary>
/// <param name="Report">Token by token, each after the true ones before it.</param>
/// <param name="Quality">What the adapted model says by itself on held-out requests.</param>
internal sealed record AdapterResult(AdapterReport Report, RefusalQuality Quality);
