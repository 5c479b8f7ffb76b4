namespace SafeSwitch.Bundles;

/// <summary>What a bound on false positives says of requests to come.</summary>
public enum BoundRule
{
    /// <summary>A guarantee for any number of rows: requests like those that it was chosen on are flagged no more often, on average over
    /// calibrations (split-conformal; Angelopoulos and Bates, arXiv 2107.07511).</summary>
    Conformal,

    /// <summary>A stated rule, no guarantee: of the rows that it was chosen on, no larger share is flagged. For kinds of requests of
    /// which there are too few rows for a guarantee.</summary>
    Empirical,
}
