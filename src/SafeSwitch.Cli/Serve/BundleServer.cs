using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Guard;
using SafeSwitch.Hosting;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Cli.Serve;

/// <summary>What a server is to be.</summary>
internal sealed record ServerSettings
{
    public required string Folder { get; init; }

    public required int? Threads { get; init; }

    public required ListenUrls Urls { get; init; }

    public required IReadOnlyList<ApiKeyOptions> Keys { get; init; }

    public required string? Policy { get; init; }

    public required IReadOnlyList<string> Allowed { get; init; }

    public required string? Floor { get; init; }

    public required int AtOnce { get; init; }

    public required bool Inspector { get; init; }

    public required string? SettingsFile { get; init; }

    public required TimeSpan TimeToDrain { get; init; }
}

/// <summary>A host with nothing in it but one bundle and its API: what lies in the folder where the tool is run is not read.</summary>
internal static class BundleServer
{
    public static WebApplication Build(ServerSettings settings, Terminal terminal)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = Directory.GetCurrentDirectory() });
        if (settings.SettingsFile is { } file)
            builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: true);
        builder.WebHost.UseKestrelCore().UseUrls([.. settings.Urls.Urls.Select(u => u.ToString())]);
        builder.Logging.AddProvider(new TerminalLogs(terminal)).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = settings.TimeToDrain);

        builder.Services.AddSafeSwitch(builder.Configuration.GetSection("SafeSwitch")).UseOnnxRuntime(o =>
        {
            o.IntraOpThreads = settings.Threads ?? o.IntraOpThreads;
            o.MaxBatchRows = settings.AtOnce;
        });
        builder.Services.Configure<SafeSwitchOptions>(o =>
        {
            o.BundlePath = settings.Folder;
            o.MaxConcurrentRequests ??= settings.AtOnce;
            o.DefaultPolicy = settings.Policy ?? o.DefaultPolicy;
        });
        builder.Services.AddSafeSwitchServer(builder.Configuration.GetSection("SafeSwitchServer"), o => Serve(o, settings));
        // A page whose own name was made to point at this machine is not on this machine.
        builder.Services.AddHostFiltering(o => o.AllowedHosts = settings.Urls.IsOnlyThisMachine ? ["localhost", "127.0.0.1", "[::1]"] : ["*"]);

        var app = builder.Build();
        app.UseHostFiltering();
        app.MapSafeSwitch();
        return app;
    }

    /// <summary>What it is, once it listens.</summary>
    public static ServeDocument Describe(WebApplication app)
    {
        var model = app.Services.GetRequiredService<GuardedModel>();
        var options = app.Services.GetRequiredService<SafeSwitchServerOptions>();
        var urls = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new(
            [.. urls.Select(u => u.TrimEnd('/') + "/v1")], options.Inspector ? urls.First().TrimEnd('/') + "/inspector/" : null, model.Info.Name, model.Policies.DefaultPolicy, [.. options.Policies], [.. options.ApiKeys.Select(k => k.Name)]);
    }

    private static void Serve(SafeSwitchServerOptions options, ServerSettings settings)
    {
        foreach (var key in settings.Keys)
            options.ApiKeys.Add(key);
        foreach (var policy in settings.Allowed)
            options.Policies.Add(policy);
        options.Floor = settings.Floor ?? options.Floor;
        options.Inspector |= settings.Inspector;
        if (options.ApiKeys.Count > 0)
            return;
        if (!settings.Urls.IsOnlyThisMachine && !options.AllowAnonymous)
            throw new UsageException($"--urls: found an address that others reach, and no keys; expected --keys FILE, or {ServeVerb.KeyVariable} set, or a loopback address.");
        options.AllowAnonymous = true;
    }

    /// <summary>Warnings and errors of the host, on standard error.</summary>
    private sealed class TerminalLogs(Terminal terminal) : ILoggerProvider, ILogger
    {
        private readonly Lock gate = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            lock (gate)
                terminal.Tell($"{(logLevel == LogLevel.Warning ? "warning" : "error")}: {formatter(state, exception)}{(exception is null ? "" : Environment.NewLine + exception)}");
        }

        public void Dispose()
        {
        }
    }
}
