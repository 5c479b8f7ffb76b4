using System.Text.Json;
using Microsoft.Extensions.AI;

namespace SafeSwitch.Tests;

/// <summary>
/// What Microsoft.Extensions.AI expects of any chat client, whoever answers: the cases of its own integration tests, and the remarks of
/// the interface, without a word about what a model should know. Tests of a client derive a class that makes one.
/// </summary>
public abstract class ChatClientContract
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Greedy, and short: the same request gives the same answer.
    private static ChatOptions Options => new() { MaxOutputTokens = 6, Temperature = 0 };

    /// <summary>Makes a client that answers; the test's class disposes what is behind it.</summary>
    protected abstract IChatClient CreateClient();

    [Fact]
    public async Task A_stream_put_together_is_the_response()
    {
        using var client = CreateClient();

        var whole = await client.GetResponseAsync("hello", Options, Token);
        var streamed = await client.GetStreamingResponseAsync("hello", Options, Token).ToChatResponseAsync(Token);

        Assert.NotEmpty(whole.Text);
        Assert.Equal((whole.Text, whole.FinishReason, whole.ModelId), (streamed.Text, streamed.FinishReason, streamed.ModelId));
        Assert.Equal((whole.Usage!.InputTokenCount, whole.Usage.OutputTokenCount), (streamed.Usage!.InputTokenCount, streamed.Usage.OutputTokenCount));
        Assert.Equal(whole.Messages.Single().Contents.Select(c => c.GetType()), streamed.Messages.Single().Contents.Select(c => c.GetType()));
    }

    [Fact]
    public async Task Every_update_says_whose_it_is()
    {
        using var client = CreateClient();

        var first = await client.GetStreamingResponseAsync("hello", Options, Token).ToListAsync(Token);
        var second = await client.GetStreamingResponseAsync("hello", Options, Token).ToListAsync(Token);

        Assert.True(first.Count > 1);
        foreach (var updates in new[] { first, second })
        {
            Assert.All(updates, u => Assert.Equal(ChatRole.Assistant, u.Role));
            Assert.Single(updates.Select(u => (u.ResponseId, u.MessageId, u.ModelId, u.CreatedAt)).Distinct());
            Assert.All(updates, u => Assert.False(string.IsNullOrEmpty(u.ResponseId) || string.IsNullOrEmpty(u.MessageId) || u.CreatedAt is null));
            Assert.NotNull(Assert.Single(updates, u => u.FinishReason is not null).FinishReason);
            Assert.Single(updates.SelectMany(u => u.Contents).OfType<UsageContent>());
        }

        Assert.NotEqual(first[0].ResponseId, second[0].ResponseId);
    }

    [Fact]
    public async Task A_response_is_one_message_of_the_assistant_with_one_text()
    {
        using var client = CreateClient();
        List<ChatMessage> history = [new(ChatRole.User, "hello")];

        await history.AddMessagesAsync(client.GetStreamingResponseAsync(history, Options, Token), cancellationToken: Token);

        Assert.Equal([ChatRole.User, ChatRole.Assistant], history.Select(m => m.Role));
        Assert.Equal(history[1].Text, Assert.IsType<TextContent>(Assert.Single(history[1].Contents)).Text);
        Assert.NotEmpty(history[1].Text);
    }

    [Fact]
    public async Task Usage_is_there_and_its_sum_is_right()
    {
        using var client = CreateClient();

        var response = await client.GetResponseAsync("hello", Options, Token);

        var usage = response.Usage!;
        Assert.True(usage.InputTokenCount > 1 && usage.OutputTokenCount > 1);
        Assert.Equal(usage.InputTokenCount + usage.OutputTokenCount, usage.TotalTokenCount);
    }

    [Fact]
    public async Task A_limit_of_tokens_ends_the_answer_and_is_the_reason()
    {
        using var client = CreateClient();

        var response = await client.GetResponseAsync("hello", new ChatOptions { MaxOutputTokens = 1, Temperature = 0 }, Token);

        Assert.Equal((1, ChatFinishReason.Length), (response.Usage!.OutputTokenCount, response.FinishReason));
    }

    [Fact]
    public async Task A_conversation_goes_on()
    {
        using var client = CreateClient();
        List<ChatMessage> history = [new(ChatRole.User, "hello")];
        var alone = await client.GetResponseAsync(history, Options, Token);
        history.AddMessages(alone);
        history.Add(new(ChatRole.User, "and?"));

        var further = await client.GetResponseAsync(history, Options, Token);

        Assert.True(further.Usage!.InputTokenCount > alone.Usage!.InputTokenCount + 1);
        Assert.Null(further.ConversationId);
    }

    [Fact]
    public async Task Messages_without_contents_are_allowed()
    {
        using var client = CreateClient();

        var response = await client.GetResponseAsync([new(ChatRole.System, []), new(ChatRole.User, []), new(ChatRole.Assistant, []), new(ChatRole.User, "hello")], Options, Token);

        Assert.NotEmpty(response.Text);
    }

    [Fact]
    public async Task Nothing_that_was_handed_in_is_changed()
    {
        using var client = CreateClient();
        List<ChatMessage> messages = [new(ChatRole.System, "Be kind."), new(ChatRole.User, "hello") { AuthorName = "Anna", AdditionalProperties = new() { ["mine"] = 1 } }];
        var options = Options;
        (options.Seed, options.StopSequences, options.AdditionalProperties, options.ModelId) = (7, ["#"], new() { ["mine"] = 1 }, "other");
        var before = Json(messages, options);

        await client.GetResponseAsync(messages, options, Token);
        await client.GetStreamingResponseAsync(messages, options, Token).ToListAsync(Token);

        Assert.Equal(before, Json(messages, options));

        static string Json(List<ChatMessage> messages, ChatOptions options) =>
            JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions) + JsonSerializer.Serialize(options, AIJsonUtilities.DefaultOptions);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_are_enumerated_once(bool isStreaming)
    {
        using var client = CreateClient();
        var enumerated = 0;

        await AskAsync(client, Once(), isStreaming, Token);

        Assert.Equal(1, enumerated);

        IEnumerable<ChatMessage> Once()
        {
            enumerated++;
            yield return new(ChatRole.User, "hello");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_cancelled_before_it_begins_gives_nothing(bool isStreaming)
    {
        using var client = CreateClient();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AskAsync(client, [new(ChatRole.User, "hello")], isStreaming, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task What_is_cancelled_in_the_middle_ends_and_disturbs_nothing_that_follows()
    {
        using var client = CreateClient();
        var undisturbed = await client.GetResponseAsync("hello", Options, Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.GetStreamingResponseAsync("hello", Options, stop.Token))
                await stop.CancelAsync();
        });

        Assert.Equal(undisturbed.Text, (await client.GetResponseAsync("hello", Options, Token)).Text);
    }

    [Fact]
    public async Task A_stream_that_is_left_early_disturbs_nothing_and_may_be_read_again()
    {
        using var client = CreateClient();
        var undisturbed = await client.GetResponseAsync("hello", Options, Token);
        var stream = client.GetStreamingResponseAsync("hello", Options, Token);

        await foreach (var _ in stream)
            break;

        Assert.Equal(undisturbed.Text, (await stream.ToChatResponseAsync(Token)).Text);
    }

    [Fact]
    public async Task Requests_at_once_answer_as_they_do_in_turn()
    {
        using var client = CreateClient();
        string[] prompts = ["hello", "bye", "why", "one", "two", "three", "four", "five"];
        var inTurn = new List<string>();
        foreach (var prompt in prompts)
            inTurn.Add((await client.GetResponseAsync(prompt, Options, Token)).Text);

        var atOnce = await Task.WhenAll(prompts.Select(p => client.GetResponseAsync(p, Options, Token)));

        Assert.Equal(inTurn, atOnce.Select(r => r.Text));
        Assert.Equal(prompts.Length, atOnce.Select(r => r.ResponseId).Distinct().Count());
    }

    [Fact]
    public async Task No_messages_at_all_are_refused_at_the_call()
    {
        using var client = CreateClient();

        await Assert.ThrowsAsync<ArgumentNullException>("messages", () => client.GetResponseAsync((IEnumerable<ChatMessage>)null!, Options, Token));
        Assert.Throws<ArgumentNullException>("messages", () => { _ = client.GetStreamingResponseAsync((IEnumerable<ChatMessage>)null!, Options, Token); });
    }

    [Fact]
    public async Task Services_are_found_by_type_and_not_by_a_key_that_is_unknown()
    {
        using var client = CreateClient();
        using var pipeline = client.AsBuilder().UseFunctionInvocation().ConfigureOptions(_ => { }).Build();

        Assert.Throws<ArgumentNullException>("serviceType", () => client.GetService(null!));
        Assert.Same(client, client.GetService<IChatClient>());
        Assert.Same(client, client.GetService(client.GetType()));
        Assert.Same(client, pipeline.GetService(client.GetType()));
        Assert.Null(client.GetService(client.GetType(), "key"));
        Assert.Null(client.GetService<string>());
        var metadata = pipeline.GetService<ChatClientMetadata>();
        Assert.Same(client.GetService<ChatClientMetadata>(), metadata);
        Assert.False(string.IsNullOrEmpty(metadata?.ProviderName));
        Assert.Equal(metadata.DefaultModelId, (await client.GetResponseAsync("hello", Options, Token)).ModelId);
    }

    [Fact]
    public async Task A_response_survives_JSON()
    {
        using var client = CreateClient();
        var response = await client.GetResponseAsync("hello", Options, Token);

        var json = JsonSerializer.Serialize(response, AIJsonUtilities.DefaultOptions);
        var read = JsonSerializer.Deserialize<ChatResponse>(json, AIJsonUtilities.DefaultOptions)!;

        Assert.Equal((response.Text, response.ResponseId, response.ModelId, response.FinishReason, response.CreatedAt), (read.Text, read.ResponseId, read.ModelId, read.FinishReason, read.CreatedAt));
        Assert.Equal(response.Usage!.TotalTokenCount, read.Usage!.TotalTokenCount);
        Assert.Equal(json, JsonSerializer.Serialize(read, AIJsonUtilities.DefaultOptions));
    }

    [Fact]
    public async Task Disposing_twice_is_not_a_mistake()
    {
        var client = CreateClient();
        await client.GetResponseAsync("hello", Options, Token);

        Assert.Null(Record.Exception(client.Dispose));
        Assert.Null(Record.Exception(client.Dispose));
    }

    private static async Task AskAsync(IChatClient client, IEnumerable<ChatMessage> messages, bool isStreaming, CancellationToken cancellationToken)
    {
        if (isStreaming)
            await client.GetStreamingResponseAsync(messages, Options, cancellationToken).ToListAsync(Token);
        else
            await client.GetResponseAsync(messages, Options, cancellationToken);
    }
}
