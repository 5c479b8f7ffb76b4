namespace SafeSwitch.Hosting;

/// <summary>A policy that the host configures in code, whether or not the bundle has one of that name.</summary>
internal sealed record DeclaredPolicy(string Model, string Policy);
