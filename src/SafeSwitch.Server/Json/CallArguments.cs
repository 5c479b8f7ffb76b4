using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace SafeSwitch.Server.Json;

/// <summary>A call's arguments as a text of JSON, the form in which they travel.</summary>
internal static class CallArguments
{
    public static string ToJson(FunctionCallContent call)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in call.Arguments ?? new Dictionary<string, object?>())
            {
                json.WritePropertyName(name);
                if (value is JsonElement element)
                    element.WriteTo(json);
                else
                    JsonSerializer.Serialize(json, value, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(object)));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
