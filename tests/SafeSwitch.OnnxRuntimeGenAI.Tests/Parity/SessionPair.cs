using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Parity;

/// <summary>Two sessions that are told the same and must give the same.</summary>
internal sealed class SessionPair(DecodingSession expected, DecodingSession actual, IReadOnlyList<string> states, float tolerance)
{
    public async Task Prefill(ReadOnlyMemory<int> tokens)
    {
        await expected.PrefillAsync(tokens, TestContext.Current.CancellationToken);
        await actual.PrefillAsync(tokens, TestContext.Current.CancellationToken);
        Compare(tokens.Length);
    }

    public async Task Decode(int token)
    {
        await expected.DecodeAsync(token, TestContext.Current.CancellationToken);
        await actual.DecodeAsync(token, TestContext.Current.CancellationToken);
        Compare(1);
    }

    public void Rewind(int length)
    {
        expected.Rewind(length);
        actual.Rewind(length);
    }

    public void SetAdapter(string? name)
    {
        expected.SetAdapter(name);
        actual.SetAdapter(name);
    }

    public async Task<List<int>> Greedy(int count)
    {
        List<int> answer = [];
        while (answer.Count < count)
        {
            answer.Add(TensorPrimitives.IndexOfMax(expected.Logits));
            Assert.Equal(answer[^1], TensorPrimitives.IndexOfMax(actual.Logits));
            await Decode(answer[^1]);
        }

        return answer;
    }

    private void Compare(int positions)
    {
        Assert.Equal(expected.Length, actual.Length);
        CompareNumbers("logits", expected.Logits, actual.Logits);
        foreach (var name in states)
        {
            var left = expected.GetHiddenStates(name);
            var right = actual.GetHiddenStates(name);
            Assert.Equal((name, positions, left.Width, left.Type), (right.Name, right.Positions, right.Width, right.Type));
            if (left.Type == HiddenStateType.Float32)
                CompareNumbers(name, MemoryMarshal.Cast<byte, float>(left.Data), MemoryMarshal.Cast<byte, float>(right.Data));
        }
    }

    private void CompareNumbers(string name, ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        Assert.Equal(left.Length, right.Length);
        var distance = new float[left.Length];
        TensorPrimitives.Subtract(left, right, distance);
        var largest = TensorPrimitives.MaxMagnitude<float>(distance);
        Assert.True(Math.Abs(largest) <= tolerance, $"{name}: differs by {largest}");
    }
}
