using System.Text.Json;
using SafeSwitch.Backends;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.States;

public sealed class CollectionJsonTests
{
    /// <summary>Rows that were collected are known by their text: were it another in a later version, their states would be collected again.</summary>
    [Fact]
    public void The_text_of_a_row_is_what_it_always_was()
    {
        var row = new DataRow
        {
            Id = "a", Set = "web", Messages = [PromptMessage.System("Be brief."), PromptMessage.User("Hi?")], Harmful = false, Source = "chat", Split = DataSplits.Train, Language = "en",
        };

        Assert.Equal(
            """{"id":"a","set":"web","messages":[{"content":"Be brief.","role":"system"},{"content":"Hi?","role":"user"}],"harmful":false,"source":"chat","language":"en","split":"train"}""",
            JsonSerializer.Serialize(row, CollectionJson.Of<DataRow>()));
    }

    [Fact]
    public void Calls_and_results_of_tools_come_back()
    {
        var call = new ToolCall("1", "weather", JsonDocument.Parse("""{"city": "Oslo"}""").RootElement.Clone());
        var row = new DataRow
        {
            Id = "a", Set = "web", Harmful = false, Source = "chat", Split = DataSplits.Train,
            Messages = [PromptMessage.User("Hi?"), PromptMessage.Assistant("") with { ToolCalls = [call] }, PromptMessage.ToolResult("rain", "1", "weather")],
        };

        var again = JsonSerializer.Deserialize(JsonSerializer.Serialize(row, CollectionJson.Of<DataRow>()), CollectionJson.Of<DataRow>())!;

        Assert.Equal(("1", "weather", "Oslo"), (again.Messages[1].ToolCalls[0].Id, again.Messages[1].ToolCalls[0].Name, again.Messages[1].ToolCalls[0].Arguments.GetProperty("city").GetString()));
        Assert.Equal(("1", "weather"), (again.Messages[2].ToolCallId, again.Messages[2].ToolName));
    }

    [Fact]
    public void A_row_of_an_earlier_version_has_no_calls_rather_than_nothing()
    {
        var row = JsonSerializer.Deserialize("""{"id":"a","set":"web","messages":[{"content":"Hi?","role":"user"}],"harmful":false,"source":"chat","split":"train"}""", CollectionJson.Of<DataRow>())!;

        Assert.Empty(row.Messages[0].ToolCalls);
    }
}
