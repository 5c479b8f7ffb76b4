using SafeSwitch;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.QuickStart;
using Spectre.Console;

// A published chat model, guarded: dotnet run --project samples/QuickStart [BUNDLE]
// Two of the prompts as a picture: dotnet run --project samples/QuickStart -- --picture docs/at-work.svg
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

try
{
    var picture = args is ["--picture", var file] ? file : null;
    await using var model = GuardedModel.Load(args.Length == 1 ? args[0] : ShippedBundle.Find(), new OnnxRuntimeBackend());
    // A picture is looked at elsewhere, where times are others.
    var screen = new Screen(model) { IsTimed = picture is null };
    if (picture is not null)
    {
        AnsiConsole.Record();
        foreach (var example in Example.Pictured)
            screen.Add(await Comparison.RunAsync(model, example.Prompt, stop.Token), example);
        await File.WriteAllTextAsync(picture, AnsiConsole.ExportCustom(new Picture()), stop.Token);
        return 0;
    }

    screen.Introduce();
    foreach (var example in Example.All)
        screen.Add(await Comparison.RunAsync(model, example.Prompt, stop.Token), example);
    screen.Summarise();
    await screen.ConverseAsync(stop.Token);
    return 0;
}
catch (SafeSwitchException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
