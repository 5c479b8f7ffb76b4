namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>Names of the methods compared, beside the bundle's policies.</summary>
public static class Methods
{
    /// <summary>The model as it is.</summary>
    public const string Unguarded = "unguarded";

    /// <summary>The reference form: one probe at the last position of the final layer, a fixed threshold, the same adapter.</summary>
    public const string Reference = "reference";
}
