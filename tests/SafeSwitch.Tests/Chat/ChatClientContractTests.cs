using Microsoft.Extensions.AI;
using SafeSwitch.Chat;
using SafeSwitch.Classifying;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Chat;

/// <summary>A guarded model is a chat client.</summary>
public sealed class GuardedChatClientContractTests : ChatClientContract, IAsyncDisposable
{
    private readonly GuardedModel guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Continue));

    public ValueTask DisposeAsync() => guard.DisposeAsync();

    protected override IChatClient CreateClient() => new SafeSwitchChatClient(guard);
}

/// <summary>And any client with a guard in front of it.</summary>
public sealed class PromptGuardChatClientContractTests : ChatClientContract, IAsyncDisposable
{
    private readonly GuardedModel guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Continue));

    public ValueTask DisposeAsync() => guard.DisposeAsync();

    protected override IChatClient CreateClient() => new PromptGuardChatClient(new SafeSwitchChatClient(guard), new ModelClassifier(guard), GuardTiming.Before);
}

/// <summary>Also when both begin at once.</summary>
public sealed class ParallelGuardChatClientContractTests : ChatClientContract, IAsyncDisposable
{
    private readonly GuardedModel guard = Toy.Guard(new ToyModel { EndOdds = 0 }, ScriptedMonitor.Saying(VerdictAction.Continue));

    public ValueTask DisposeAsync() => guard.DisposeAsync();

    protected override IChatClient CreateClient() => new PromptGuardChatClient(new SafeSwitchChatClient(guard), new ModelClassifier(guard), GuardTiming.Beside);
}
