namespace SafeSwitch.Training.Adapters;

/// <summary>Sums over the tokens of a batch.</summary>
/// <param name="Loss">Loss.</param>
/// <param name="Hits">Tokens that the model would have chosen itself.</param>
/// <param name="Tokens">Tokens with a target.</param>
internal readonly record struct BatchResult(double Loss, int Hits, int Tokens)
{
    public double MeanLoss => Tokens == 0 ? 0 : Loss / Tokens;

    public double Top1 => Tokens == 0 ? 0 : (double)Hits / Tokens;

    public static BatchResult operator +(BatchResult a, BatchResult b) => new(a.Loss + b.Loss, a.Hits + b.Hits, a.Tokens + b.Tokens);
}
