using SafeSwitch.Policies;

namespace SafeSwitch.Guard.Interventions;

/// <summary>The interventions behind <see cref="Intervention"/>.</summary>
internal static class BuiltInInterventions
{
    private static readonly IIntervention RefusalAdapter = new BuiltIn(c => InterventionPlan.SwitchTo(c.Adapter!, c.Policy.AdapterTokens));
    private static readonly IIntervention FixedRefusal = new BuiltIn(c => InterventionPlan.Say(c.Policy.FixedRefusal));
    private static readonly IIntervention Stop = new BuiltIn(_ => InterventionPlan.End);
    private static readonly IIntervention ObserveOnly = new BuiltIn(_ => InterventionPlan.LetPass);

    public static IIntervention Of(Intervention intervention) => intervention switch
    {
        Intervention.RefusalAdapter => RefusalAdapter,
        Intervention.FixedRefusal => FixedRefusal,
        Intervention.Stop => Stop,
        Intervention.ObserveOnly => ObserveOnly,
        _ => throw new ArgumentOutOfRangeException(nameof(intervention), intervention, "No such intervention."),
    };

    /// <summary>Whether it is known to end, so that nothing need be put around it.</summary>
    public static bool Has(IIntervention intervention) => intervention is BuiltIn;

    private sealed class BuiltIn(Func<InterventionContext, InterventionPlan> plan) : IIntervention
    {
        public ValueTask<InterventionPlan> PlanAsync(InterventionContext context, CancellationToken cancellationToken) => new(plan(context));
    }
}
