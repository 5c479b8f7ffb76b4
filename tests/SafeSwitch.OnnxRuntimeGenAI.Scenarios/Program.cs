using SafeSwitch;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntimeGenAI;

// How a process ends: with everything disposed, with everything forgotten, in the middle of a run, without a usable library.
var (scenario, library, folder) = (args[0], args[1], args[2]);
var options = new OnnxRuntimeGenAIOptions { NativeLibrary = library.Length > 0 ? library : null, IntraOpThreads = 1 };
try
{
    var model = GuardedModel.Load(folder, new OnnxRuntimeGenAIBackend(options));
    var answer = model.StreamAsync(new GenerationRequest { Messages = [PromptMessage.User("Hello!")], MaxNewTokens = 16, Unguarded = true }).GetAsyncEnumerator();
    await answer.MoveNextAsync();
    switch (scenario)
    {
        case "disposed":
            await answer.DisposeAsync();
            await model.DisposeAsync();
            break;
        case "forgotten":
            break;
        case "running":
            var isRunning = new TaskCompletionSource();
            new Thread(() => AskForeverAsync(model, isRunning).GetAwaiter().GetResult()) { IsBackground = true }.Start();
            await isRunning.Task;
            break;
        default:
            throw new ArgumentException($"There is no scenario '{scenario}'.");
    }

    return 0;
}
catch (SafeSwitchException e)
{
    Console.WriteLine($"{e.GetType().Name}: {e.Message}");
    return 3;
}

// Says when the first token of an answer has come; from then on the model runs whenever the process ends.
static async Task AskForeverAsync(GuardedModel model, TaskCompletionSource isRunning)
{
    try
    {
        while (true)
        {
            await foreach (var update in model.StreamAsync(new GenerationRequest { Messages = [PromptMessage.User("Hello!")], MaxNewTokens = 100, Unguarded = true }))
            {
                isRunning.TrySetResult();
            }
        }
    }
    catch (ObjectDisposedException)
    {
        // The process is ending.
    }
}
