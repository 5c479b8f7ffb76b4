using System.Runtime.InteropServices;
using SafeSwitch.Backends;

namespace SafeSwitch.CustomBackend;

/// <summary>
/// One sequence. Its states, one for each position, are its cache: the session says how many positions count, so that a rewind has nothing
/// to do, and so that a run that was cancelled has left nothing behind.
/// </summary>
internal sealed class RecurrentRunner(RecurrentModel model, int capacity) : ISequenceRunner
{
    private readonly int width = model.Info.HiddenSize;
    private readonly float[] logits = new float[model.Info.VocabularySize];
    private readonly float[] inputs = new float[capacity * model.Info.HiddenSize];

    // The first row is the state before any word.
    private readonly float[] states = new float[(capacity + 1) * model.Info.HiddenSize];
    private Range run;
    private float[] head = model.Head;
    private volatile bool isTerminated;

    public ReadOnlySpan<float> Logits => logits;

    public ValueTask RunAsync(ReadOnlyMemory<int> tokens, int past, CancellationToken cancellationToken)
    {
        for (var (i, position) = (0, past); i < tokens.Length; i++, position++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (isTerminated)
            {
                throw new OperationCanceledException("The run was ended.");
            }

            model.Network.Embed(tokens.Span[i]).CopyTo(inputs.AsSpan(position * width));
            model.Network.Step(tokens.Span[i], states.AsSpan(position * width, width), states.AsSpan((position + 1) * width, width));
        }

        run = (past * width)..((past + tokens.Length) * width);
        EchoNetwork.Multiply(head, states.AsSpan(run.End.Value, width), logits);
        return ValueTask.CompletedTask;
    }

    public HiddenStates GetHiddenStates(string name) => name == "hidden_states"
        ? new Rows(name, width, states.AsMemory(width)[run])
        : new Rows(name, width, inputs.AsMemory(run));

    public void SetAdapter(string? name) => head = name is null ? model.Head : model.AdapterHeads[name];

    public void Rewind(int length)
    {
    }

    public void Terminate() => isTerminated = true;

    public void Dispose()
    {
    }

    private sealed class Rows(string name, int width, ReadOnlyMemory<float> numbers) : HiddenStates
    {
        public override string Name => name;

        public override int Positions => numbers.Length / width;

        public override int Width => width;

        public override HiddenStateType Type => HiddenStateType.Float32;

        public override ReadOnlySpan<byte> Data => MemoryMarshal.AsBytes(numbers.Span);
    }
}
