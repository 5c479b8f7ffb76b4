using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SafeSwitch.Cli.Tests;

/// <summary>Serves a folder, parts of files too, and breaks off where a test wants it.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly string folder;
    private readonly ConcurrentQueue<string> resumed = new();

    public FileServer(string folder)
    {
        this.folder = folder;
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/{Path.GetFileName(folder)}");
        listener.Start();
        _ = Task.Run(ServeAsync);
    }

    /// <summary>The folder's URL.</summary>
    public string Address { get; }

    /// <summary>Most bytes of a file that come before the connection is closed.</summary>
    public long BytesBeforeItBreaksOff { get; set; } = long.MaxValue;

    /// <summary>Files that were asked for from their middle.</summary>
    public IReadOnlyCollection<string> Resumed => resumed;

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                await AnswerAsync(await listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The other side has gone, or this one.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var name = string.Join('/', context.Request.Url!.Segments[2..]);
        var file = Path.Combine(folder, name);
        var response = context.Response;
        if (!File.Exists(file))
        {
            response.StatusCode = 404;
            response.Close();
            return;
        }

        var bytes = await File.ReadAllBytesAsync(file);
        var start = 0;
        if (context.Request.Headers["Range"] is { } range)
        {
            resumed.Enqueue(name);
            start = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            if (start >= bytes.Length)
            {
                response.StatusCode = 416;
                response.Close();
                return;
            }

            response.StatusCode = 206;
            response.Headers["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{bytes.Length - 1}/{bytes.Length}");
        }

        response.ContentLength64 = bytes.Length - start;
        var count = (int)Math.Min(bytes.Length - start, BytesBeforeItBreaksOff);
        await response.OutputStream.WriteAsync(bytes.AsMemory(start, count));
        if (count < bytes.Length - start)
            response.Abort();
        else
            response.Close();
    }
}
