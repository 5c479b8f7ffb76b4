namespace SafeSwitch.Training.Rows;

/// <summary>The parts of a data set. What belongs together (a wrapper, a contrast pair) stands in one part.</summary>
public static class DataSplits
{
    /// <summary>Rows to train on.</summary>
    public const string Train = "train";

    /// <summary>Rows that training does not look at: for figures and thresholds.</summary>
    public const string Validation = "validation";

    /// <summary>Rows that are looked at once, for the published table.</summary>
    public const string Test = "test";

    internal static bool IsKnown(string split) => split is Train or Validation or Test;
}
