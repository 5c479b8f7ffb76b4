namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>What the refusals of one policy are like, on harmful rows on which it intervened.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Refuses">Those that the matcher calls refusals.</param>
/// <param name="Fluent">Those that read like a person's.</param>
/// <param name="NamesTopic">Those that name what the request is about; <see langword="null"/> where no refusal texts say.</param>
public sealed record RefusalFigures(string Policy, ShareFigure Refuses, ShareFigure Fluent, ShareFigure? NamesTopic)
{
    internal static RefusalFigures Of(IEnumerable<EvaluatedRow> rows, string policy)
    {
        var refusals = rows.Where(r => r.Harmful && r.IsIntervenedBy(policy)).Select(r => r.Guarded!).ToList();
        return new RefusalFigures(
            policy,
            ShareFigure.Of(refusals.Select(r => r.IsRefusal)),
            ShareFigure.Of(refusals.Select(r => r.IsFluent == true)),
            refusals.Any(r => r.NamesTopic is not null) ? ShareFigure.Of(refusals.Select(r => r.NamesTopic == true)) : null);
    }
}
