namespace SafeSwitch.Instrumentation.Import;

/// <summary>A matrix as the product of a tall and a wide one.</summary>
/// <param name="A">Row-major, rows x rank.</param>
/// <param name="B">Row-major, rank x columns.</param>
/// <param name="Rank">The rank.</param>
/// <param name="RetainedEnergy">What the product keeps of the matrix, as squared singular values over their sum.</param>
/// <param name="Energies">What the first k+1 singular values keep, for every k that was computed.</param>
internal sealed record LowRankFactors(float[] A, float[] B, int Rank, double RetainedEnergy, IReadOnlyList<double> Energies);
