namespace SafeSwitch.Evaluation.Figures;

/// <summary>What the refusals of one method are like, on harmful rows: those on which a guard intervened, or, where nothing
/// intervenes, those that the model refused.</summary>
/// <param name="Method">The method.</param>
/// <param name="Refuses">Those that the matcher calls refusals.</param>
/// <param name="Fluent">Those that read like a person's.</param>
/// <param name="NamesTopic">Those that name what the request is about; <see langword="null"/> where no refusal texts say.</param>
public sealed record RefusalFigures(string Method, ShareFigure Refuses, ShareFigure Fluent, ShareFigure? NamesTopic)
{
    internal static RefusalFigures Of(IEnumerable<EvaluatedRow> rows, string method)
    {
        var refusals = rows
            .Where(r => r.Harmful && (r.IsIntervenedBy(method) || (!Intervenes(method) && r.AnswerOf(method).IsRefusal)))
            .Select(r => r.AnswerOf(method))
            .ToList();
        return new RefusalFigures(
            method,
            ShareFigure.Of(refusals.Select(r => r.IsRefusal)),
            ShareFigure.Of(refusals.Select(r => r.IsFluent == true)),
            refusals.Any(r => r.NamesTopic is not null) ? ShareFigure.Of(refusals.Select(r => r.NamesTopic == true)) : null);
    }

    private static bool Intervenes(string method) => method is not (Methods.Unguarded or Methods.SafetyPrompt);
}
