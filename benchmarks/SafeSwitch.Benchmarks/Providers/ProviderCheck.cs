namespace SafeSwitch.Benchmarks.Providers;

/// <summary>
/// Holds an execution provider against the CPU, in one process, and prints Markdown: whether it agrees (<see cref="Tolerance"/> says
/// how far it must), then what it costs.
/// </summary>
internal static class ProviderCheck
{
    /// <summary>The provider or the bundle is not there, or something can't be read.</summary>
    public const int DidNotRun = 2;

    private const int Agrees = 0;
    private const int Differs = 1;

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(ProviderArguments arguments)
    {
        try
        {
            return await CompareAsync(arguments);
        }
        catch (Exception e) when (e is SafeSwitchException or IOException or System.Text.Json.JsonException)
        {
            Console.Error.WriteLine(e.Message);
            return DidNotRun;
        }
    }

    private static async Task<int> CompareAsync(ProviderArguments arguments)
    {
        var prompts = arguments.PromptsFile is { } file ? CheckPrompt.Read(file) : CheckPrompt.BuiltIn;
        // The provider first: if it is not there, that is said at once.
        await using var other = Side.Load(arguments.Model, arguments.Provider, arguments.For(arguments.Provider));
        await using var cpu = Side.Load(arguments.Reference, "cpu", arguments.For("cpu"));

        Console.WriteLine($"## {other.Model.Info.Name} on {arguments.Provider}, {cpu.Model.Info.Name} on cpu: {prompts.Count} prompts, {arguments.Threads} threads");
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
