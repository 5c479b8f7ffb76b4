using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>
/// Reads the pickle of a <c>.pth</c> file as data. A pickle is a program; this reader knows the few instructions that saved tensors
/// consist of and the few names they call, builds plain values for them, and refuses everything else. It never runs anything.
/// </summary>
internal sealed class TensorUnpickler
{
    private static readonly object Mark = new();

    private readonly byte[] program;
    private readonly List<object?> stack = [];
    private readonly Dictionary<uint, object?> memo = [];
    private int at;

    private TensorUnpickler(byte[] program) => this.program = program;

    /// <summary>The value that the pickle stands for: a tensor, or names with tensors.</summary>
    /// <exception cref="UnpicklingException">It holds anything else.</exception>
    public static object? Read(byte[] program)
    {
        try
        {
            return new TensorUnpickler(program).Run();
        }
        catch (Exception e) when (e is ArgumentException or InvalidCastException or OverflowException or InvalidOperationException)
        {
            throw new UnpicklingException("the pickle is malformed");
        }
    }

    private object? Run()
    {
        while (true)
        {
            if (at >= program.Length)
                throw new UnpicklingException("the pickle ends without a stop");
            var code = program[at++];
            if (code == (byte)'.')
                return Pop();
            Step(code);
        }
    }

    private void Step(byte code)
    {
        switch (code)
        {
            case 0x80: CheckProtocol(Take(1)[0]); break;
            case 0x95: Take(8); break;
            case (byte)'c': Push(TorchNames.Find(Line(), Line())); break;
            case 0x93: PushNamed(); break;
            case (byte)'q': memo[Take(1)[0]] = Top; break;
            case (byte)'r': memo[UInt32()] = Top; break;
            case 0x94: memo[(uint)memo.Count] = Top; break;
            case (byte)'h': Push(memo.TryGetValue(Take(1)[0], out var near) ? near : throw Unknown("memo")); break;
            case (byte)'j': Push(memo.TryGetValue(UInt32(), out var far) ? far : throw Unknown("memo")); break;
            case (byte)'(': Push(Mark); break;
            case (byte)')': Push(Array.Empty<object?>()); break;
            case (byte)'t': Push(PopToMark()); break;
            case 0x85: PushTuple(1); break;
            case 0x86: PushTuple(2); break;
            case 0x87: PushTuple(3); break;
            case (byte)'}': Push(new TorchDictionary()); break;
            case (byte)'s': SetItems([.. PopMany(2)]); break;
            case (byte)'u': SetItems(PopToMark()); break;
            case (byte)'X': Push(Encoding.UTF8.GetString(Take(checked((int)UInt32())))); break;
            case 0x8c: Push(Encoding.UTF8.GetString(Take(Take(1)[0]))); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case (byte)'K': Push((long)Take(1)[0]); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case 0x8a: Push(Long(Take(Take(1)[0]))); break;
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'Q': Push(TorchNames.Storage(Pop())); break;
            case (byte)'R': Call(); break;
            case (byte)'b': Pop(); break; // A state set on a dictionary: the module's versions, which say nothing here.
            default: throw new UnpicklingException($"the pickle has the instruction 0x{code.ToString("x2", CultureInfo.InvariantCulture)}, which saved tensors don't need");
        }
    }

    private void Call()
    {
        var arguments = (object?[])Pop()!;
        Push(Pop() is TorchCall call ? TorchNames.Call(call, arguments) : throw new UnpicklingException("the pickle calls a value"));
    }

    private void PushNamed()
    {
        var name = (string)Pop()!;
        Push(TorchNames.Find((string)Pop()!, name));
    }

    private void SetItems(object?[] items)
    {
        var target = (TorchDictionary)Top!;
        for (var i = 0; i < items.Length; i += 2)
            target.Set((string)items[i]!, items[i + 1]);
    }

    private object? Top => stack.Count > 0 ? stack[^1] : throw Unknown("stack");

    private void Push(object? value) => stack.Add(value);

    private object? Pop()
    {
        var value = Top;
        stack.RemoveAt(stack.Count - 1);
        return value == Mark ? throw Unknown("mark") : value;
    }

    private void PushTuple(int count) => Push(PopMany(count).ToArray());

    private IEnumerable<object?> PopMany(int count) => Enumerable.Range(0, count).Select(_ => Pop()).ToArray().Reverse();

    private object?[] PopToMark()
    {
        var mark = stack.LastIndexOf(Mark);
        if (mark < 0)
            throw Unknown("mark");
        object?[] items = [.. stack.Skip(mark + 1)];
        stack.RemoveRange(mark, stack.Count - mark);
        return items;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > program.Length - at)
            throw new UnpicklingException("the pickle is cut short");
        at += count;
        return program.AsSpan(at - count, count);
    }

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private string Line()
    {
        var end = Array.IndexOf(program, (byte)'\n', at);
        var text = Take((end < 0 ? program.Length + 1 : end) - at);
        at++;
        return Encoding.UTF8.GetString(text);
    }

    private static long Long(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long))
            throw new UnpicklingException("the pickle has a number of more than 64 bits");
        var value = 0L;
        for (var i = bytes.Length - 1; i >= 0; i--)
            value = (value << 8) | bytes[i];
        var unused = 8 * (sizeof(long) - bytes.Length);
        return bytes.Length == 0 ? 0 : value << unused >> unused;
    }

    private static void CheckProtocol(byte version)
    {
        if (version is < 2 or > 5)
            throw new UnpicklingException($"pickle protocol {version}; expected 2 to 5");
    }

    private static UnpicklingException Unknown(string what) => new($"the pickle uses a {what} entry that isn't there");
}
