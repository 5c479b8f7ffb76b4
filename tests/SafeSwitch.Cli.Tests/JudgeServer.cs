using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace SafeSwitch.Cli.Tests;

/// <summary>An OpenAI-compatible endpoint in this process, as faulty as a test wants it.</summary>
internal sealed class JudgeServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Func<int, string, (int Status, string? Body)> answer;
    private readonly TaskCompletionSource closed = new();
    private int requests;

    /// <param name="answer">Status and reply, by the request's number, from 1, and its prompt. A reply of status 200 is the judge's word;
    /// without a reply the client waits in vain.</param>
    public JudgeServer(Func<int, string, (int Status, string? Body)> answer)
    {
        this.answer = answer;
        var port = FreePort();
        Address = $"http://127.0.0.1:{port}/v1";
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public string Address { get; }

    public int Requests => requests;

    /// <summary>The key that the last request came with.</summary>
    public string? Key { get; private set; }

    /// <summary>The model that the last request named.</summary>
    public string? Model { get; private set; }

    public void Dispose()
    {
        closed.TrySetResult();
        listener.Close();
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => ReplyAsync(context));
        }
    }

    private async Task ReplyAsync(HttpListenerContext context)
    {
        var number = Interlocked.Increment(ref requests);
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.InputStream);
            Key = context.Request.Headers["Authorization"];
            Model = body.RootElement.GetProperty("model").GetString();
            var content = body.RootElement.GetProperty("messages")[0].GetProperty("content");
            var prompt = content.ValueKind == JsonValueKind.String ? content.GetString()! : content[0].GetProperty("text").GetString()!;
            var (status, text) = answer(number, prompt);
            if (text is null)
            {
                await closed.Task;
                return;
            }

            var reply = status == 200
                ? JsonSerializer.Serialize(new
                {
                    id = "1",
                    @object = "chat.completion",
                    created = 1,
                    model = Model,
                    choices = new[] { new { index = 0, finish_reason = "stop", message = new { role = "assistant", content = text } } },
                })
                : text;
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(reply));
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The client went away, as some tests want it to.
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
