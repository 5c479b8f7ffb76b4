using System.Buffers.Binary;
using Google.FlatBuffers;

namespace SafeSwitch.OnnxRuntimeGenAI.Adapters;

/// <summary>
/// An <c>.onnx_adapter</c> that sets the gate and nothing else. The format is ONNX Runtime's: a FlatBuffer of the table
/// <c>Adapter { format_version, adapter_version, model_version : int; parameters : [Parameter] }</c> with
/// <c>Parameter { name : string; dims : [long]; data_type : int; raw_data : [ubyte] }</c>.
/// </summary>
internal static class GateAdapter
{
    public const string Parameter = "lm_head.lora_gate";

    private const int Float32 = 1;
    private const int Float16 = 10;
    private const int BFloat16 = 16;

    public static bool Supports(int type) => type is Float32 or Float16 or BFloat16;

    public static byte[] Build(int type, bool isOpen)
    {
        var builder = new FlatBufferBuilder(256);
        var number = Number(type, isOpen);
        builder.StartVector(1, number.Length, 8);
        for (var i = number.Length - 1; i >= 0; i--)
            builder.PutByte(number[i]);
        var data = builder.EndVector();
        builder.StartVector(sizeof(long), 3, sizeof(long));
        for (var i = 0; i < 3; i++)
            builder.PutLong(1);
        var dimensions = builder.EndVector();
        var name = builder.CreateString(Parameter);
        builder.StartTable(4);
        builder.AddOffset(0, name.Value, 0);
        builder.AddOffset(1, dimensions.Value, 0);
        builder.AddInt(2, type, 0);
        builder.AddOffset(3, data.Value, 0);
        var parameter = builder.EndTable();
        builder.StartVector(4, 1, 4);
        builder.AddOffset(parameter);
        var parameters = builder.EndVector();
        builder.StartTable(4);
        builder.AddInt(0, 1, 0);
        builder.AddInt(1, 1, 0);
        builder.AddInt(2, 1, 0);
        builder.AddOffset(3, parameters.Value, 0);
        builder.Finish(builder.EndTable(), "TORT");
        return builder.SizedByteArray();
    }

    private static byte[] Number(int type, bool isOpen)
    {
        var value = isOpen ? 1f : 0f;
        var bytes = new byte[type == Float32 ? sizeof(float) : sizeof(ushort)];
        if (type == Float32)
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        else if (type == Float16)
            BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
        return bytes;
    }
}
