using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace SafeSwitch.Benchmarks.Providers;

/// <summary>The command line of <c>provider</c>.</summary>
internal static class ProviderCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Make().Parse(args);
        var exitCode = await parsed.InvokeAsync();
        // 1, which the library gives, says here that the provider differs.
        return parsed.Errors.Count > 0 ? ProviderCheck.DidNotRun : exitCode;
    }

    private static RootCommand Make()
    {
        var name = new Argument<string>("name") { Description = "The execution provider to hold against the CPU: cuda, or cpu to try the check itself." };
        var model = new Option<string>("--model") { Description = "A bundle.", DefaultValueFactory = _ => Workload.Bundle };
        var reference = new Option<string?>("--reference") { Description = "The bundle that the CPU runs, such as the same one before it was made fp16; by default the same." };
        var prompts = new Option<string?>("--prompts") { Description = "A file of JSON lines with \"prompt\" and \"harmful\"; by default a few dozen built-in ones." };
        var rounds = new Option<int>("--rounds") { Description = "Rounds of timing; 0 leaves it out.", DefaultValueFactory = _ => 5 };
        var threads = new Option<int>("--threads") { Description = "Threads of the CPU's runs.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var log = new Option<string>("--log") { Description = "The least severe message that ONNX Runtime writes.", DefaultValueFactory = _ => "error" };
        log.AcceptOnlyFromAmong("debug", "information", "warning", "error", "critical");
        var options = new Option<string[]>("--option") { Description = "An option of the provider by its own name, such as use_tf32=0.", HelpName = "KEY=VALUE" };
        options.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => t.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
                result.AddError($"--option: found '{token.Value}', expected KEY=VALUE.");
        });

        var command = new RootCommand("Holds an execution provider against the CPU: 0 if it agrees, 1 if it does not, 2 if it is not there.")
        {
            name, model, reference, prompts, rounds, threads, log, options,
        };
        command.SetAction((result, _) => ProviderCheck.RunAsync(new ProviderArguments(
            result.GetRequiredValue(name),
            result.GetValue(model)!,
            result.GetValue(reference) ?? result.GetValue(model)!,
            result.GetValue(prompts),
            result.GetValue(rounds),
            result.GetValue(threads),
            Enum.Parse<LogLevel>(result.GetValue(log)!, ignoreCase: true),
            (result.GetValue(options) ?? []).Select(o => o.Split('=', 2)).ToDictionary(o => o[0], o => o[1]))));
        return command;
    }
}
