using System.Text;

namespace SafeSwitch.Reliability.Edits;

/// <summary>
/// Edits of single fields of a protobuf file, such as an ONNX graph, by its wire format alone: whatever parses as a message is one. The
/// lengths around an edit are mended, so that the reader meets the field and not a broken file.
/// </summary>
internal static class ProtobufEdits
{
    private static readonly ulong[] Numbers = [0, 1, 2, 3, 7, 10, 16, 127, 255, 65_535, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 40, long.MaxValue, ulong.MaxValue];

    private static readonly string[] Texts =
    [
        "", "x", "Loop", "If", "Scan", "Identity", "MatMul", "Reshape", "ConstantOfShape", "SequenceEmpty", "NonZero", "hidden_states", "hidden_states.2", "probability", "logits", "input_ids",
        "content_mask", "../x", "/etc/passwd", "model.onnx.data", "\0", "😀", "ai.onnx.ml", "com.microsoft", "location", "offset", "length", "-1", "99999999999999999999", "batch", "sequence",
    ];

    public static Edit Any(byte[] file, Random random)
    {
        if (random.Next(5) == 0 || Fields(file) is not { Count: > 0 } fields)
            return ByteEdits.Any(file, random);
        var path = new StringBuilder();
        return new Edit(Change(file, fields, random, path, out var what), $"field {path}: {what}");
    }

    private static byte[] Change(byte[] message, List<Field> fields, Random random, StringBuilder path, out string what)
    {
        // By number first: a graph has a thousand nodes and one name.
        var numbers = fields.Select(f => f.Number).Distinct().ToList();
        var number = numbers[random.Next(numbers.Count)];
        var same = Enumerable.Range(0, fields.Count).Where(i => fields[i].Number == number).ToList();
        var at = same[random.Next(same.Count)];
        var field = fields[at];
        path.Append(path.Length > 0 ? "." : "").Append(number);
        if (same.Count > 1)
            path.Append('[').Append(same.IndexOf(at)).Append(']');

        if (field.WireType == 2 && random.Next(6) > 0 && Fields(field.Content) is { Count: > 0 } inner)
        {
            var changed = Change(field.Content, inner, random, path, out what);
            return Put(message, fields, at, [field with { Content = changed }]);
        }

        var other = fields[random.Next(fields.Count)];
        switch (random.Next(8))
        {
            case 0:
                what = "removed";
                return Put(message, fields, at, []);
            case 1:
                what = "twice";
                return Put(message, fields, at, [field, field]);
            case 2:
                what = "a thousand times";
                return Put(message, fields, at, Enumerable.Repeat(field, 1000));
            case 3:
                what = $"as field {other.Number}";
                return Put(message, fields, at, [field with { Number = other.Number }]);
            case 4 when field.WireType == 2 && field.Content.Length > 0:
                what = "in itself, deep";
                var nested = field;
                for (var depth = 1 << random.Next(2, 12); depth > 0; depth--)
                    nested = field with { Content = [.. field.Content.Length < 256 ? field.Content : [], .. Write(nested)] };
                return Put(message, fields, at, [nested]);
            default:
                var value = Value(field, random);
                what = $"= {value.What}";
                return Put(message, fields, at, [field with { Content = value.Bytes }]);
        }
    }

    private static Edit Value(Field field, Random random)
    {
        switch (field.WireType)
        {
            case 0:
                var number = Numbers[random.Next(Numbers.Length)];
                return new Edit(Varint(number), $"{number}");
            case 2 when random.Next(2) == 0:
                var text = Texts[random.Next(Texts.Length)];
                return new Edit(Encoding.UTF8.GetBytes(text), $"'{text}'");
            case 2:
                return ByteEdits.Any(field.Content, random);
            default:
                var bytes = new byte[field.Content.Length];
                if (random.Next(2) == 0)
                    Array.Fill(bytes, (byte)255); // not a number
                else
                    random.NextBytes(bytes);
                return new Edit(bytes, Convert.ToHexStringLower(bytes));
        }
    }

    private static byte[] Put(byte[] message, List<Field> fields, int at, IEnumerable<Field> instead) =>
        [.. message[..fields[at].Start], .. instead.SelectMany(Write), .. message[fields[at].End..]];

    private static byte[] Write(Field field) =>
    [
        .. Varint(((ulong)field.Number << 3) | (uint)field.WireType), .. field.WireType == 2 ? Varint((ulong)field.Content.Length) : [], .. field.Content,
    ];

    /// <summary>The fields of a message; <see langword="null"/> if the bytes are none.</summary>
    private static List<Field>? Fields(byte[] message)
    {
        var fields = new List<Field>();
        var at = 0;
        while (at < message.Length)
        {
            var start = at;
            if (ReadVarint(message, ref at) is not { } tag || tag >> 3 is 0 or > 100)
                return null;
            var content = at;
            switch (tag & 7)
            {
                case 0 when ReadVarint(message, ref at) is not null:
                    break;
                case 1 when message.Length - at >= 8:
                    at += 8;
                    break;
                case 2 when ReadVarint(message, ref at) is { } length && length <= (ulong)(message.Length - at):
                    content = at;
                    at += (int)length;
                    break;
                case 5 when message.Length - at >= 4:
                    at += 4;
                    break;
                default:
                    return null;
            }

            fields.Add(new Field((int)(tag >> 3), (int)(tag & 7), start, at, message[content..at]));
        }

        return fields;
    }

    private static ulong? ReadVarint(byte[] bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }

        return null;
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    private sealed record Field(int Number, int WireType, int Start, int End, byte[] Content);
}
