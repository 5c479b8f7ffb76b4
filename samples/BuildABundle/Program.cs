using SafeSwitch;
using SafeSwitch.BuildABundle;

// From a published decoder to a guarded bundle and a report, in C#: dotnet run --project samples/BuildABundle MODEL WORK
if (args is not [var model, var work])
{
    Console.Error.WriteLine("Say a model folder in the ONNX Runtime GenAI layout, and a folder to work in.");
    return 2;
}

try
{
    await Example.RunAsync(model, work, Console.Out);
    return 0;
}
catch (SafeSwitchException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
