namespace SafeSwitch.Benchmarks.Providers;

/// <summary>
/// Holds an execution provider against the CPU, in one process, and prints Markdown: whether it agrees (<see cref="Tolerance"/> says
/// how far it must), then what it costs.
/// </summary>
internal static class ProviderCheck
{
    private const int Agrees = 0;
    private const int Differs = 1;
    private const int DidNotRun = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            return await RunAsync(ProviderArguments.Parse(args));
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine(e.Message);
            Console.Error.WriteLine(ProviderArguments.Usage);
        }
        catch (Exception e) when (e is SafeSwitchException or IOException or System.Text.Json.JsonException)
        {
            Console.Error.WriteLine(e.Message);
        }

        return DidNotRun;
    }

    private static async Task<int> RunAsync(ProviderArguments arguments)
    {
        var prompts = arguments.PromptsFile is { } file ? CheckPrompt.Read(file) : CheckPrompt.BuiltIn;
        var folder = arguments.Model.Length > 0 ? arguments.Model : Workload.Bundle;
        // The provider first: if it is not there, that is said at once.
        await using var other = Side.Load(folder, arguments.Provider, arguments.For(arguments.Provider));
        await using var cpu = Side.Load(arguments.Reference ?? folder, "cpu", arguments.For("cpu"));

        Console.WriteLine($"## {other.Model.Info.Name} on {arguments.Provider}, {cpu.Model.Info.Name} on cpu: {prompts.Count} prompts, {arguments.Threads ?? Environment.ProcessorCount} threads");
        Console.WriteLine();
        Console.WriteLine("Differences of vectors are distances as shares of their length.");
        Console.WriteLine();
        Console.WriteLine("| compared | found | allowed | kept |");
        Console.WriteLine("|---|---|---|---|");
        var isKept = true;
        foreach (var compare in (Func<Task<IReadOnlyList<Finding>>>[])
        [
            () => SelfAgreement.CompareAsync(other, prompts),
            () => NumericAgreement.CompareAsync(cpu, other, prompts),
            () => GuardAgreement.CompareAsync(cpu, other, prompts),
        ])
        {
            foreach (var finding in await compare())
            {
                Console.WriteLine(finding);
                isKept &= finding.IsKept ?? true;
            }
        }

        Console.WriteLine();
        if (arguments.Rounds > 0)
            await ProviderCost.WriteAsync([cpu, other], arguments.Rounds, Console.Out);
        Console.WriteLine();
        Console.WriteLine(isKept ? $"{arguments.Provider} agrees with the CPU." : $"{arguments.Provider} DOES NOT AGREE with the CPU.");
        return isKept ? Agrees : Differs;
    }
}
