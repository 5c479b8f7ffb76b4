namespace SafeSwitch.Hosting;

/// <summary>Policies of several guarded models share one options type; their names are kept apart by the model's.</summary>
internal static class PolicyOptionsName
{
    public static string Join(string model, string policy) => $"{model}/{policy}";

    public static (string Model, string Policy) Split(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? ("", name) : (name[..slash], name[(slash + 1)..]);
    }
}
