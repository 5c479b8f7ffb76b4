using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>Rows by how much the bundle was exposed to them when it was made.</summary>
/// <param name="Unknown">Rows of which the bundle does not say.</param>
/// <param name="NeverSeen">Rows of sources that nothing was made of.</param>
/// <param name="SourceSeen">Other rows of their sources were used.</param>
/// <param name="HeldOut">Rows that training stopped by, or that a threshold was chosen on.</param>
/// <param name="Trained">Rows that were learned from: figures on them are no test.</param>
public sealed record ExposureFigures(int Unknown, int NeverSeen, int SourceSeen, int HeldOut, int Trained)
{
    internal static ExposureFigures Of(IReadOnlyList<EvaluatedRow> rows)
    {
        return new ExposureFigures(Count(RowExposure.Unknown), Count(RowExposure.NeverSeen), Count(RowExposure.SourceSeen), Count(RowExposure.HeldOut), Count(RowExposure.Trained));

        int Count(RowExposure exposure) => rows.Count(r => r.Exposure == exposure);
    }
}
