using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using SafeSwitch.Server.Json;
using SafeSwitch.Server.Requests;
using SafeSwitch.Server.Settings;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Server.Tests;

/// <summary>Bytes that nobody should send: each is answered in OpenAI's shape, and the next request is served.</summary>
public sealed class HostileInputTests
{
    private const string Path = "/v1/chat/completions";
    private const string Hello = """{"model":"toy","messages":[{"role":"user","content":"hello"}],"max_tokens":5,"stop":["a\u00e9"],"temperature":0.5,"tools":[{"type":"function","function":{"name":"f"}}],"metadata":{"a":"b"}}""";

    public static TheoryData<string, byte[]> Bodies => new()
    {
        { "nothing", [] },
        { "a list", "[]"u8.ToArray() },
        { "a text", "\"x\""u8.ToArray() },
        { "half", "{\"model\":\"toy\""u8.ToArray() },
        { "two", "{}{}"u8.ToArray() },
        { "a comment", "{/* */}"u8.ToArray() },
        { "a comma at the end", "{\"model\":\"toy\",}"u8.ToArray() },
        { "a field twice", """{"model":"toy","model":"toy","messages":[{"role":"user","content":"x"}]}"""u8.ToArray() },
        { "a role twice", """{"model":"toy","messages":[{"role":"system","role":"user","content":"x"}]}"""u8.ToArray() },
        { "a role twice, once escaped", """{"model":"toy","messages":[{"role":"system","r\u006fle":"user","content":"x"}]}"""u8.ToArray() },
        { "no UTF-8", [.. "{\"model\":\""u8, 0xC3, 0x28, .. "\"}"u8] },
        { "half a surrogate", """{"model":"toy","messages":[{"role":"user","content":"\ud800"}]}"""u8.ToArray() },
        { "half a surrogate in a name", """{"model":"toy","\udc00":1,"messages":[{"role":"user","content":"x"}]}"""u8.ToArray() },
        { "depth", Encoding.UTF8.GetBytes($"{{\"tools\":{new string('[', 100_000)}") },
        { "depth that is closed", Encoding.UTF8.GetBytes($"{{\"metadata\":{string.Concat(Enumerable.Repeat("{\"a\":", 200))}1{new string('}', 200)}}}") },
        { "a number of a million digits", Encoding.UTF8.GetBytes($"{{\"model\":\"toy\",\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}}],\"seed\":{new string('9', 500_000)}}}") },
        { "no number", """{"model":"toy","messages":[{"role":"user","content":"x"}],"temperature":NaN}"""u8.ToArray() },
        { "a long name", Encoding.UTF8.GetBytes($"{{\"{new string('x', 500_000)}\":1}}") },
        { "too many messages", Encoding.UTF8.GetBytes($"{{\"model\":\"toy\",\"messages\":[{string.Join(",", Enumerable.Repeat("""{"role":"user","content":""}""", 257))}]}}") },
        { "zeros", new byte[1000] },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task It_is_refused_in_the_shape_that_clients_read(string what, byte[] body)
    {
        Assert.NotEmpty(what);
        await using var server = await TestServer.StartAsync();

        foreach (var path in new[] { Path, "/v1/moderations" })
        {
            var (response, answer) = await server.PostAsync(path, body);

            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            var error = answer.GetProperty("error");
            Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
            Assert.NotEmpty(error.GetProperty("code").GetString()!);
            Assert.InRange(error.GetProperty("message").GetString()!.Length, 1, 1000);
        }

        Assert.Equal(0, server.Model.Opened);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(Path, """{"model":"toy","messages":[{"role":"user","content":"x"}],"max_tokens":1}""")).Response.StatusCode);
    }

    [Fact]
    public void Any_bytes_are_an_object_or_refused() => Gen.Byte.Array[0, 200].Sample(Reads, iter: Samples.Of(2000));

    /// <summary>A request with some bytes changed is another request or none; nothing but a refusal comes out.</summary>
    [Fact]
    public void A_request_with_some_bytes_changed_is_read_or_refused() => Gen.Select(Gen.Int[0, Hello.Length - 1], Gen.Byte).Array[1, 4].Sample(
        changes =>
        {
            var bytes = Encoding.UTF8.GetBytes(Hello);
            foreach (var (at, value) in changes)
                bytes[at] = value;
            Reads(bytes);
        },
        iter: Samples.Of(5000));

    /// <summary>Every value of a request in the place of every other.</summary>
    [Fact]
    public void A_request_with_its_values_mixed_is_read_or_refused()
    {
        var values = new List<string>();
        Collect(JsonElement.Parse(Hello));
        var whole = JsonElement.Parse(Hello).GetRawText();
        foreach (var old in values.Distinct())
        {
            foreach (var other in values.Distinct())
                Reads(Encoding.UTF8.GetBytes(whole.Replace(old, other, StringComparison.Ordinal)));
        }

        void Collect(JsonElement value)
        {
            values.Add(value.GetRawText());
            foreach (var child in value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().Select(p => p.Value) : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [])
                Collect(child);
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    public async Task What_a_page_elsewhere_can_send_without_asking_is_no_request(string type)
    {
        await using var server = await TestServer.StartAsync();
        using var request = TestServer.Post(Path, Encoding.UTF8.GetBytes(Hello));
        request.Content!.Headers.ContentType = new(type);

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    private static void Reads(byte[] body)
    {
        try
        {
            var call = ChatFields.Read(new RequestField(StrictJson.ParseObject(body), ""), new ServerLimits());
            Assert.NotEmpty(call.Messages);
        }
        catch (ApiException e)
        {
            Assert.InRange(e.Status, 400, 499);
            Assert.InRange(e.Message.Length, 1, 1000);
        }
    }
}
