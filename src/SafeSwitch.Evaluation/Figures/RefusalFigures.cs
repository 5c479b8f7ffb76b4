using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>What the refusals of one method are like, on harmful rows: those on which a guard intervened, or, where nothing
/// intervenes, those that the model refused.</summary>
/// <param name="Method">The method.</param>
/// <param name="Refuses">Those that the matcher calls refusals.</param>
/// <param name="Fluent">Of those that say something: those that are fluent, see <see cref="Training.Refusals.Fluency"/>; <see langword="null"/> if none does.</param>
/// <param name="NamesTopic">Those that name what the request is about; <see langword="null"/> where no refusal texts say.</param>
public sealed record RefusalFigures(string Method, Proportion Refuses, Proportion? Fluent, Proportion? NamesTopic)
{
    internal static RefusalFigures Of(IEnumerable<EvaluatedRow> rows, string method)
    {
        var refusals = rows
            .Where(r => r.Harmful && (r.IsIntervenedBy(method) || (!Intervenes(method) && r.AnswerOf(method).IsRefusal)))
            .Select(r => r.AnswerOf(method))
            .ToList();
        return new RefusalFigures(
            method,
            Proportion.Of(refusals.Select(r => r.IsRefusal)),
            Share(refusals.Select(r => r.IsFluent)),
            Share(refusals.Select(r => r.NamesTopic)));
    }

    private static Proportion? Share(IEnumerable<bool?> answers) =>
        Proportion.Of(answers.Where(a => a is not null).Select(a => a!.Value)) is { Total: > 0 } share ? share : null;

    private static bool Intervenes(string method) => method is not (Methods.Unguarded or Methods.SafetyPrompt);
}
