using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Server.Tests.Clients;

/// <summary>OpenAI's own client for JavaScript, where Node.js and the package <c>openai</c> are.</summary>
public sealed class NodeClientTests
{
    [Fact]
    public async Task It_asks_streams_calls_tools_moderates_and_understands_errors()
    {
        const string Call = """<tool_call>{"name": "weather", "arguments": {"city": "Oslo"}}</tool_call>""";
        await using var server = await TestServer.StartAsync(model: new ToyModel { EndOdds = 0, Tokenizer = new ScriptedTokenizer("hello there", "hello there", Call, "rain in Oslo", "", "") });

        var said = await RunAsync(server, """
            const messages = [{ role: 'user', content: 'hi' }];
            const whole = await client.chat.completions.create({ model: 'toy', messages, stop: '<END>', max_completion_tokens: 20 });
            let text = '', usage, reason;
            for await (const chunk of await client.chat.completions.create({ model: 'toy', messages, stop: '<END>', stream: true, stream_options: { include_usage: true } })) {
              text += chunk.choices[0]?.delta?.content ?? '';
              reason = chunk.choices[0]?.finish_reason ?? reason;
              usage = chunk.usage ?? usage;
            }
            const runner = client.chat.completions.runTools({ model: 'toy', messages: [{ role: 'user', content: 'weather?' }], stop: '<END>', tools: [{ type: 'function', function: {
              name: 'weather', parse: JSON.parse, function: ({ city }) => `rain in ${city}`, parameters: { type: 'object', properties: { city: { type: 'string' } } } } }] });
            const told = await runner.finalContent();
            const moderated = await client.moderations.create({ model: 'toy', input: ['one', 'two'] });
            const models = await client.models.list();
            const failed = await client.chat.completions.create({ model: 'gpt-4o', messages }).catch(e => e);
            console.log(JSON.stringify({
              whole: whole.choices[0].message.content, text, reason, usage: usage.total_tokens, policy: whole.safeswitch.policy, told,
              flagged: moderated.results.map(r => r.flagged), models: models.data.map(m => m.id), failed: [failed.constructor.name, failed.status, failed.code, failed.param, typeof failed.requestID],
            }));
            """);

        Assert.Equal(
            """{"whole":"hello there","text":"hello there","reason":"stop","usage":7,"policy":"balanced","told":"rain in Oslo","flagged":[false,false],"models":["toy"],"failed":["NotFoundError",404,"model_not_found","model","string"]}""",
            said);
    }

    [Fact]
    public async Task It_sees_an_intervention_as_a_content_filter()
    {
        await using var server = await TestServer.StartAsync(
            ScriptedMonitor.Saying(VerdictAction.Intervene), guard: g => g.ConfigurePolicy("balanced", p => (p.Intervention, p.FixedRefusal) = (Intervention.FixedRefusal, "No.")));

        var said = await RunAsync(server, """
            const stream = client.chat.completions.stream({ model: 'toy', messages: [{ role: 'user', content: 'hi' }] });
            const choice = (await stream.finalChatCompletion()).choices[0];
            console.log(JSON.stringify([choice.message.content, choice.finish_reason]));
            """);

        Assert.Equal("""["No.","content_filter"]""", said);
    }

    private static Task<string> RunAsync(TestServer server, string script)
    {
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(Environment.GetEnvironmentVariable(NodeScript.FolderVariable) ?? "", "node_modules", "openai")),
            $"OpenAI's client for JavaScript is absent: set {NodeScript.FolderVariable} to a folder where `npm install openai` was run");
        return NodeScript.RunAsync(server, $$"""
            const OpenAI = require('openai').default;
            const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: key, maxRetries: 0 });
            {{script}}
            """);
    }
}
