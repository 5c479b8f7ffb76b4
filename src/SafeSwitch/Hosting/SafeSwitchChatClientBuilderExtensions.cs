using Microsoft.Extensions.AI;
using SafeSwitch.Classifying;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a guard in front of any chat client.</summary>
public static class SafeSwitchChatClientBuilderExtensions
{
    /// <summary>
    /// Lets a guarded model of the container look at every request first:
    /// <c>services.AddSafeSwitch("guard", section).UseOnnxRuntime(); services.AddChatClient(hosted).UseSafeSwitch("guard");</c>
    /// </summary>
    /// <param name="builder">The pipeline. What is added before it is outside and sees refusals too.</param>
    /// <param name="name">Name of the guarded model, as in <c>AddSafeSwitch(name, …)</c>.</param>
    /// <param name="timing">When the client behind it is called.</param>
    public static ChatClientBuilder UseSafeSwitch(this ChatClientBuilder builder, string name, GuardTiming timing = GuardTiming.Before)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        return builder.Use((inner, services) => new PromptGuardChatClient(inner, services.GetRequiredKeyedService<ISafetyClassifier>(name), timing));
    }

    /// <summary>Lets a classifier look at every request first.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="classifier">Who looks; not owned.</param>
    /// <param name="timing">When the client behind it is called.</param>
    public static ChatClientBuilder UseSafeSwitch(this ChatClientBuilder builder, ISafetyClassifier classifier, GuardTiming timing = GuardTiming.Before)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(classifier);
        return builder.Use(inner => new PromptGuardChatClient(inner, classifier, timing));
    }
}
