namespace SafeSwitch.Benchmarks.Providers;

/// <summary>
/// Whether the provider computes what the CPU computes: hidden states and logits of every prompt, then logits along the CPU's most
/// likely tokens. Those are followed wherever they lead, so one undecided token does not end the comparison.
/// </summary>
internal static class NumericAgreement
{
    private const int Steps = 16;

    public static async Task<IReadOnlyList<Finding>> CompareAsync(Side cpu, Side other, IReadOnlyList<CheckPrompt> prompts)
    {
        var names = cpu.Model.Info.HiddenStates;
        var states = names.Select(_ => new List<double>()).ToArray();
        List<double> logits = [], decodedLogits = [];
        int decided = 0, same = 0;
        foreach (var prompt in prompts)
        {
            var tokens = cpu.Encode(prompt);
            await using var expected = await cpu.OpenAsync(tokens.Length + Steps, names);
            await using var found = await other.OpenAsync(tokens.Length + Steps, names);
            await expected.PrefillAsync(tokens);
            await found.PrefillAsync(tokens);
            foreach (var (i, name) in names.Index())
            {
                for (var position = 0; position < tokens.Length; position++)
                {
                    states[i].Add(Vectors.Distance(
                        Vectors.Row(expected.GetHiddenStates(name), position), Vectors.Row(found.GetHiddenStates(name), position)));
                }
            }

            logits.Add(Vectors.Distance(expected.Logits, found.Logits));
            for (var step = 0; step < Steps; step++)
            {
                var next = Vectors.Best(expected.Logits);
                if (Vectors.Margin(expected.Logits) >= Tolerance.DecidedMargin)
                {
                    decided++;
                    same += Vectors.Best(found.Logits) == next ? 1 : 0;
                }

                await expected.DecodeAsync(next);
                await found.DecodeAsync(next);
                decodedLogits.Add(Vectors.Distance(expected.Logits, found.Logits));
            }
        }

        return
        [
            .. names.Select((name, i) => Finding.Distances($"`{name}`, every position of the prompts", states[i], Tolerance.BetweenOnAverage)),
            Finding.Distances("logits after the prompts", logits, Tolerance.BetweenOnAverage, Tolerance.Between),
            Finding.Distances($"logits of {Steps} tokens after each", decodedLogits, Tolerance.BetweenOnAverage, Tolerance.Between),
            new Finding(
                FormattableString.Invariant($"most likely token the same, where decided by {Tolerance.DecidedMargin}"),
                $"{same} of {decided}",
                FormattableString.Invariant($"{Tolerance.DecidedTokens:P0}"),
                same >= decided * Tolerance.DecidedTokens),
        ];
    }
}
