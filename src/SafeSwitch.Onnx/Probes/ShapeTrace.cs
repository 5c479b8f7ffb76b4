using System.Globalization;
using System.Runtime.InteropServices;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Probes;

/// <summary>
/// Follows the shapes of a probe's tensors from its inputs to its output, without computing anything but shapes, and reckons what
/// the graph costs. A graph passes if every size follows from shapes and stays in proportion to what the graph reads; so nothing in it
/// can run forever or fill the memory, folded at load or run at the first look.
/// </summary>
internal sealed class ShapeTrace(GraphProto graph)
{
    // Numbers that all tensors hold together, and multiply-adds, for each number read. The probes that the toolkit makes need a few
    // and a few thousand; the allowances are for small models and short sequences.
    public const long NumbersPerNumber = 32;
    public const long WorkPerNumber = 1 << 14;
    public const long NumbersAllowance = 1 << 24;
    public const long WorkAllowance = 1 << 30;

    // Longer vectors are never shapes.
    private const int MostValues = 64;

    private readonly Dictionary<string, Traced> tensors = new(StringComparer.Ordinal);
    private long read;
    private long numbers;
    private long work;

    /// <summary>Declares an input's shape.</summary>
    public void Feed(string input, long[] shape)
    {
        tensors[input] = new Traced(shape);
        read = checked(read + Count(shape));
    }

    public long[]? ShapeOf(string tensor) => tensors.TryGetValue(tensor, out var traced) ? traced.Shape : null;

    /// <returns>What is wrong, where, and what was expected; <see langword="null"/> if the graph passes.</returns>
    public (string Node, string Found, string Expected)? Run()
    {
        foreach (var tensor in graph.Initializer)
        {
            if (!tensors.TryAdd(tensor.Name, Stored(tensor)))
            {
                return (tensor.Name, "two tensors of that name", "one");
            }
        }

        foreach (var node in graph.Node)
        {
            try
            {
                if (Follow(node) is { } problem)
                {
                    return problem;
                }
            }
            catch (ShapeException e)
            {
                return (node.Display(), e.Message, $"inputs that {node.OpType} takes, of sizes that follow from shapes");
            }
            catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or OverflowException or DivideByZeroException)
            {
                return (node.Display(), $"inputs or attributes that do not fit {node.OpType}", $"those that {node.OpType} takes");
            }
        }

        return null;
    }

    private (string Node, string Found, string Expected)? Follow(NodeProto node)
    {
        Traced[] made = node.OpType == "TopK" ? TopK(node) : [Make(node)];
        for (var i = 0; i < node.Output.Count; i++)
        {
            if (node.Output[i].Length == 0)
            {
                continue;
            }

            if (i >= made.Length)
            {
                return (node.Display(), $"{node.Output.Count} outputs of {node.OpType}", $"{made.Length}");
            }

            if (!tensors.TryAdd(node.Output[i], made[i]))
            {
                return (node.Display(), $"the tensor '{node.Output[i]}' made twice", "each made once");
            }

            numbers = checked(numbers + Count(made[i].Shape));
            work = checked(work + Count(made[i].Shape));
        }

        if (numbers > (NumbersPerNumber * read) + NumbersAllowance)
        {
            return (node.Display(), Text($"{numbers:N0} numbers for {read:N0} that it reads"), Text($"{NumbersPerNumber} for each and {NumbersAllowance:N0} more, at most"));
        }

        return work > (WorkPerNumber * read) + WorkAllowance
            ? (node.Display(), Text($"{work:N0} steps for {read:N0} numbers that it reads"), Text($"{WorkPerNumber} for each and {WorkAllowance:N0} more, at most"))
            : null;
    }

    private Traced Make(NodeProto node)
    {
        if (ProbeOperators.Pointwise.Contains(node.OpType))
        {
            var first = Input(node, 0);
            return node.OpType is "Identity" or "Cast" ? first : new Traced(first.Shape);
        }

        if (ProbeOperators.Broadcasting.Contains(node.OpType))
        {
            Traced[] inputs = [.. Enumerable.Range(0, node.Input.Count).Select(i => Input(node, i))];
            return new Traced(inputs.Select(i => i.Shape).Aggregate(Broadcast), Compute(node.OpType, inputs));
        }

        if (ProbeOperators.Reducing.Contains(node.OpType))
        {
            return Reduce(node);
        }

        return node.OpType switch
        {
            "AveragePool" or "MaxPool" => Pool(node),
            "Concat" => Concat(node),
            "Constant" => Constant(node),
            "ConstantOfShape" => new Traced(Sizes(Values(node, 0))),
            "Expand" => new Traced(Broadcast(Input(node, 0).Shape, Sizes(Values(node, 1)))),
            "Flatten" => Flatten(node),
            "Gather" => Gather(node),
            "GatherElements" => new Traced(Input(node, 1).Shape),
            "Gemm" => Gemm(node),
            "MatMul" => MatMul(node),
            "Range" => Range(node),
            "Reshape" => Reshape(node),
            "Shape" => Shape(node),
            "Size" => new Traced([], [Count(Input(node, 0).Shape)]),
            "Slice" => Slice(node),
            "Squeeze" => Squeeze(node),
            "Transpose" => Transpose(node),
            "Unsqueeze" => Unsqueeze(node),
            _ => throw new ShapeException($"the operator {node.OpType}"),
        };
    }

    private Traced MatMul(NodeProto node)
    {
        long[] left = Input(node, 0).Shape, right = Input(node, 1).Shape;
        var rows = left.Length > 1 ? left : [1, .. left];
        var columns = right.Length > 1 ? right : [.. right, 1];
        if (rows[^1] != columns[^2])
        {
            throw new ShapeException($"a product of [{string.Join(", ", left)}] and [{string.Join(", ", right)}]");
        }

        long[] shape = [.. Broadcast(rows[..^2], columns[..^2]), rows[^2], columns[^1]];
        work = checked(work + (Count(shape) * rows[^1]));
        return new Traced([.. shape[..^2], .. left.Length > 1 ? [shape[^2]] : Array.Empty<long>(), .. right.Length > 1 ? [shape[^1]] : Array.Empty<long>()]);
    }

    private Traced Gemm(NodeProto node)
    {
        long[] left = Matrix(0, "transA"), right = Matrix(1, "transB");
        if (left[1] != right[0])
        {
            throw new ShapeException($"a product of [{string.Join(", ", left)}] and [{string.Join(", ", right)}]");
        }

        work = checked(work + (left[0] * left[1] * right[1]));
        return new Traced([left[0], right[1]]);

        long[] Matrix(int input, string transposed) => Input(node, input).Shape is [var rows, var columns]
            ? node.Int(transposed, 0) == 0 ? [rows, columns] : [columns, rows]
            : throw new ShapeException("a matrix of other than two dimensions");
    }

    private Traced Reduce(NodeProto node)
    {
        var shape = Input(node, 0).Shape;
        long[] axes = node.OpType is "ArgMax" or "ArgMin" ? [node.Int("axis", 0)] : Axes(node) ?? [];
        if (axes.Length == 0)
        {
            if (node.Int("noop_with_empty_axes", 0) != 0)
            {
                return new Traced(shape);
            }

            axes = [.. Enumerable.Range(0, shape.Length).Select(a => (long)a)];
        }

        work = checked(work + Count(shape));
        var gone = axes.Select(a => Axis(a, shape.Length)).ToHashSet();
        return new Traced(node.Int("keepdims", 1) != 0
            ? [.. shape.Select((size, axis) => gone.Contains(axis) ? 1 : size)]
            : [.. shape.Where((_, axis) => !gone.Contains(axis))]);
    }

    private Traced Pool(NodeProto node)
    {
        var shape = Input(node, 0).Shape;
        var kernel = node.Find("kernel_shape")?.Ints.ToArray() ?? throw new ShapeException("no kernel_shape");
        if (shape.Length != kernel.Length + 2 || kernel.Any(k => k < 1) || node.Find("auto_pad") is not null || node.Int("ceil_mode", 0) != 0)
        {
            throw new ShapeException("a window of other dimensions than the input, or with auto_pad or ceil_mode");
        }

        var strides = node.Find("strides")?.Ints.ToArray() ?? [.. kernel.Select(_ => 1L)];
        var dilations = node.Find("dilations")?.Ints.ToArray() ?? [.. kernel.Select(_ => 1L)];
        var pads = node.Find("pads")?.Ints.ToArray() ?? new long[2 * kernel.Length];
        if (strides.Concat(dilations).Any(s => s < 1) || pads.Any(p => p < 0))
        {
            throw new ShapeException("strides, dilations or pads out of range");
        }

        long[] sizes = [.. kernel.Select((k, i) => Math.Max(0, checked(shape[i + 2] + pads[i] + pads[i + kernel.Length] - (dilations[i] * (k - 1)) - 1) / strides[i]) + 1)];
        long[] made = [shape[0], shape[1], .. sizes];
        work = checked(work + (Count(made) * Count(kernel)));
        return new Traced(made);
    }

    private Traced Concat(NodeProto node)
    {
        Traced[] inputs = [.. Enumerable.Range(0, node.Input.Count).Select(i => Input(node, i))];
        var shape = inputs[0].Shape.ToArray();
        var axis = Axis(node.Int("axis", 0), shape.Length);
        foreach (var other in inputs.Skip(1))
        {
            if (other.Shape.Length != shape.Length)
            {
                throw new ShapeException("tensors of different dimensions");
            }

            shape[axis] = checked(shape[axis] + other.Shape[axis]);
        }

        return new Traced(shape, shape.Length == 1 && inputs.All(i => i.Values is not null) ? [.. inputs.SelectMany(i => i.Values!)] : null);
    }

    private static Traced Constant(NodeProto node)
    {
        if (node.Find("value")?.T is { } tensor)
        {
            return Stored(tensor);
        }

        if (node.Find("value_int") is { } number)
        {
            return new Traced([], [number.I]);
        }

        if (node.Find("value_ints") is { } numbers)
        {
            return new Traced([numbers.Ints.Count], [.. numbers.Ints]);
        }

        return node.Find("value_floats") is { } floats ? new Traced([floats.Floats.Count])
            : node.Find("value_float") is not null ? new Traced([])
            : throw new ShapeException("a constant of no numbers");
    }

    private Traced Flatten(NodeProto node)
    {
        var shape = Input(node, 0).Shape;
        var axis = node.Int("axis", 1);
        var at = (int)(axis < 0 ? axis + shape.Length : axis);
        return new Traced([Count(shape[..at]), Count(shape[at..])]);
    }

    private Traced Gather(NodeProto node)
    {
        Traced data = Input(node, 0), indices = Input(node, 1);
        var axis = Axis(node.Int("axis", 0), data.Shape.Length);
        return new Traced(
            [.. data.Shape[..axis], .. indices.Shape, .. data.Shape[(axis + 1)..]],
            data is { Shape.Length: 1, Values: { } values } && indices.Values is { } picked ? [.. picked.Select(i => values[i < 0 ? i + values.Length : i])] : null);
    }

    private Traced Range(NodeProto node)
    {
        long first = Values(node, 0)[0], limit = Values(node, 1)[0], step = Values(node, 2)[0];
        var count = Math.Max(0, (long)Int128.Min(long.MaxValue, (((Int128)limit - first) + step - Math.Sign(step)) / step));
        return new Traced([count], count <= MostValues ? [.. Enumerable.Range(0, (int)count).Select(i => first + (i * step))] : null);
    }

    private Traced Reshape(NodeProto node)
    {
        var data = Input(node, 0);
        var target = Values(node, 1).ToArray();
        for (var i = 0; i < target.Length; i++)
        {
            if (target[i] == 0 && node.Int("allowzero", 0) == 0)
            {
                target[i] = data.Shape[i];
            }
        }

        var open = Array.IndexOf(target, -1);
        if (open >= 0)
        {
            target[open] = 1;
            target[open] = Count(data.Shape) / Count(target);
        }

        return Count(target) == Count(data.Shape)
            ? new Traced(Sizes(target), data.Values)
            : throw new ShapeException($"[{string.Join(", ", data.Shape)}] to be made [{string.Join(", ", target)}]");
    }

    private Traced Shape(NodeProto node)
    {
        var shape = Input(node, 0).Shape;
        int start = Bound(node.Int("start", 0)), end = Bound(node.Int("end", shape.Length));
        long[] part = start < end ? shape[start..end] : [];
        return new Traced([part.Length], part);

        int Bound(long at) => (int)Math.Clamp(at < 0 ? at + shape.Length : at, 0, shape.Length);
    }

    private Traced Slice(NodeProto node)
    {
        var data = Input(node, 0);
        var shape = data.Shape.ToArray();
        long[] starts = Part(1, "starts"), ends = Part(2, "ends");
        long[] axes = node.InputAt(3).Length > 0 || node.Find("axes") is not null ? Part(3, "axes") : [.. Enumerable.Range(0, starts.Length).Select(a => (long)a)];
        long[] steps = node.InputAt(4).Length > 0 ? Values(node, 4) : [.. starts.Select(_ => 1L)];
        var values = data.Values;
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = Axis(axes[i], shape.Length);
            var size = shape[axis];
            var step = steps[i];
            long start = starts[i] < 0 ? starts[i] + size : starts[i], end = ends[i] < 0 ? ends[i] + size : ends[i];
            (start, end) = step > 0 ? (Math.Clamp(start, 0, size), Math.Clamp(end, 0, size)) : (Math.Clamp(start, -1, size - 1), Math.Clamp(end, -1, size - 1));
            shape[axis] = Math.Max(0, (end - start + step - Math.Sign(step)) / step);
            values = values is not null && shape.Length == 1 ? [.. Enumerable.Range(0, (int)shape[0]).Select(n => values[start + (n * step)])] : null;
        }

        return new Traced(shape, values);

        long[] Part(int input, string attribute) => node.InputAt(input).Length > 0
            ? Values(node, input)
            : node.Find(attribute)?.Ints.ToArray() ?? throw new ShapeException($"no {attribute}");
    }

    private Traced Squeeze(NodeProto node)
    {
        var data = Input(node, 0);
        var gone = (Axes(node) ?? [.. data.Shape.Index().Where(d => d.Item == 1).Select(d => (long)d.Index)]).Select(a => Axis(a, data.Shape.Length)).ToHashSet();
        return gone.All(axis => data.Shape[axis] == 1)
            ? new Traced([.. data.Shape.Where((_, axis) => !gone.Contains(axis))], data.Values)
            : throw new ShapeException($"axes of [{string.Join(", ", data.Shape)}] to go that are not 1");
    }

    private Traced[] TopK(NodeProto node)
    {
        var shape = Input(node, 0).Shape.ToArray();
        var axis = Axis(node.Int("axis", -1), shape.Length);
        shape[axis] = Math.Clamp(Values(node, 1)[0], 0, shape[axis]);
        work = checked(work + (Count(Input(node, 0).Shape) * 64));
        return [new Traced(shape), new Traced(shape)];
    }

    private Traced Transpose(NodeProto node)
    {
        var data = Input(node, 0);
        var order = node.Find("perm")?.Ints.Select(a => (int)a).ToArray() ?? [.. Enumerable.Range(0, data.Shape.Length).Reverse()];
        return order.Order().SequenceEqual(Enumerable.Range(0, data.Shape.Length))
            ? new Traced([.. order.Select(axis => data.Shape[axis])], data.Shape.Length < 2 ? data.Values : null)
            : throw new ShapeException($"the order [{string.Join(", ", order)}] of {data.Shape.Length} axes");
    }

    private Traced Unsqueeze(NodeProto node)
    {
        var data = Input(node, 0);
        var added = Axes(node) ?? throw new ShapeException("no axes");
        var rank = data.Shape.Length + added.Length;
        var places = added.Select(a => Axis(a, rank)).ToHashSet();
        var rest = new Queue<long>(data.Shape);
        return new Traced([.. Enumerable.Range(0, rank).Select(axis => places.Contains(axis) ? 1 : rest.Dequeue())], data.Values);
    }

    // Newer operator sets give axes as an input, older ones as an attribute.
    private long[]? Axes(NodeProto node) => node.InputAt(1).Length > 0 ? Values(node, 1) : node.Find("axes")?.Ints.ToArray();

    private Traced Input(NodeProto node, int index) => tensors.TryGetValue(node.InputAt(index), out var traced)
        ? traced
        : throw new ShapeException(node.InputAt(index) is { Length: > 0 } name ? $"the tensor '{name}', which nothing made before" : $"no input {index}");

    private long[] Values(NodeProto node, int index) =>
        Input(node, index).Values ?? throw new ShapeException($"a size or position in '{node.InputAt(index)}' that depends on computed numbers");

    private static Traced Stored(TensorProto tensor)
    {
        long[] shape = [.. tensor.Dims];
        if (Count(shape) > MostValues)
        {
            return new Traced(shape);
        }

        return (ElementType)tensor.DataType switch
        {
            ElementType.Int64 => new Traced(shape, tensor.HasRawData ? MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray() : [.. tensor.Int64Data]),
            ElementType.Int32 => new Traced(shape, tensor.HasRawData
                ? Array.ConvertAll(MemoryMarshal.Cast<byte, int>(tensor.RawData.Span).ToArray(), i => (long)i)
                : [.. tensor.Int32Data.Select(i => (long)i)]),
            _ => new Traced(shape),
        };
    }

    private static long[]? Compute(string op, Traced[] inputs)
    {
        if (inputs is not [{ Values: { } left }, { Values: { } right }] || (left.Length != right.Length && left.Length != 1 && right.Length != 1))
        {
            return null;
        }

        Func<long, long, long>? compute = op switch
        {
            "Add" => (a, b) => checked(a + b),
            "Sub" => (a, b) => checked(a - b),
            "Mul" => (a, b) => checked(a * b),
            "Div" => (a, b) => a / b,
            "Max" => Math.Max,
            "Min" => Math.Min,
            _ => null,
        };
        return compute is null ? null
            : [.. Enumerable.Range(0, Math.Max(left.Length, right.Length)).Select(i => compute(left[left.Length == 1 ? 0 : i], right[right.Length == 1 ? 0 : i]))];
    }

    private static long[] Broadcast(long[] left, long[] right)
    {
        var shape = new long[Math.Max(left.Length, right.Length)];
        for (var i = 1; i <= shape.Length; i++)
        {
            long a = i <= left.Length ? left[^i] : 1, b = i <= right.Length ? right[^i] : 1;
            shape[^i] = a == b || b == 1 ? a : a == 1 ? b
                : throw new ShapeException($"[{string.Join(", ", left)}] beside [{string.Join(", ", right)}]");
        }

        return shape;
    }

    private static long[] Sizes(long[] sizes) => sizes.All(s => s >= 0) ? sizes : throw new ShapeException($"the shape [{string.Join(", ", sizes)}]");

    private static int Axis(long axis, int rank) =>
        axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw new ShapeException($"axis {axis} of {rank}");

    private static long Count(IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => checked(product * size));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A tensor's shape, and its numbers where they follow from shapes and constants alone.</summary>
    private sealed record Traced(long[] Shape, long[]? Values = null);

    private sealed class ShapeException(string message) : Exception(message);
}
