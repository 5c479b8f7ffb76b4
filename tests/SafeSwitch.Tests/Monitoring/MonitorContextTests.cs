using System.Runtime.InteropServices;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Monitoring;

public class MonitorContextTests
{
    [Fact]
    public void The_mask_has_an_entry_for_each_position_at_every_stage()
    {
        var states = new[] { new FixedStates("hidden_states", [1, 2, 3, 4]) };

        Assert.Equal([0, 1], new MonitorContext(MonitorStage.Prompt, new SafetyPolicy(), states, new float[] { 0, 1 }).ContentMask.ToArray());
        Assert.Equal([1, 1], new MonitorContext(MonitorStage.Response, new SafetyPolicy(), states).ContentMask.ToArray());
        Assert.Equal(3000, new MonitorContext(MonitorStage.Response, new SafetyPolicy(), [new FixedStates("x", new float[6000])]).ContentMask.ToArray().Sum());
        Assert.Throws<ArgumentException>(() => new MonitorContext(MonitorStage.Prompt, new SafetyPolicy(), states, new float[] { 1 }));
        Assert.Throws<ArgumentException>(() => new MonitorContext(MonitorStage.Prompt, new SafetyPolicy(), [states[0], new FixedStates("b", [1, 2])]));
    }

    [Fact]
    public void The_policy_is_a_copy()
    {
        var policy = new SafetyPolicy { PilotTokens = 3 };
        var context = new MonitorContext(MonitorStage.Prompt, policy, []);

        context.Policy.PilotTokens = -5;
        policy.PilotTokens = 7;

        Assert.Equal(7, policy.PilotTokens);
        Assert.Equal(-5, context.Policy.PilotTokens);
    }

    [Fact]
    public void States_that_were_not_asked_for_are_told_with_those_that_were()
    {
        var context = new MonitorContext(MonitorStage.Prompt, new SafetyPolicy(), [new FixedStates("hidden_states.18", [1, 2])]);

        var error = Assert.Throws<ArgumentException>(() => context.GetHiddenStates("hidden_states"));

        Assert.Contains("hidden_states.18", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_read_stays_and_what_was_not_is_refused_once_the_look_is_over()
    {
        float[] memory = [1, 2, 3, 4];
        var context = new MonitorContext(MonitorStage.Prompt, new SafetyPolicy(), [new FixedStates("read", memory), new FixedStates("unread", memory)])
            .Detachable(out var detachable);
        var read = context.GetHiddenStates("read");
        var before = MemoryMarshal.Cast<byte, float>(read.Data).ToArray();

        foreach (var states in detachable)
            states.Detach();
        Array.Fill(memory, float.NaN);

        Assert.Equal(before, MemoryMarshal.Cast<byte, float>(read.Data).ToArray());
        var row = new float[2];
        read.CopyRow(1, row);
        Assert.Equal([3, 4], row);
        var unread = context.GetHiddenStates("unread");
        Assert.Equal((2, 2), (unread.Positions, unread.Width));
        Assert.Contains("is over", Assert.Throws<ObjectDisposedException>(() => unread.Data.Length).Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => unread.CopyRow(0, row));
    }
}
