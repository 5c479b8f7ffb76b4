using SafeSwitch;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.QuickStart;

// A published chat model, guarded: dotnet run --project samples/QuickStart [BUNDLE]
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

try
{
    await using var model = GuardedModel.Load(args.Length > 0 ? args[0] : ShippedBundle.Find(), new OnnxRuntimeBackend());
    var screen = new Screen(model);
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
