namespace SafeSwitch.Reliability.Fuzzing;

/// <summary>
/// Runs cases of a reader in child processes, many in each. If one has to go, what it did not report is run again, and the case that it was
/// at is run alone: what that does to its process, or that it did so in company only, is a find.
/// </summary>
/// <param name="material">The folder of undamaged files.</param>
/// <param name="seed">What the cases come from.</param>
internal sealed class FuzzRun(string material, int seed)
{
    /// <summary>Most processor time that a case may take.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether children print what was thrown.</summary>
    public bool Trace { get; init; }

    /// <summary>Runs the cases from a number on, up to another.</summary>
    public async IAsyncEnumerable<Outcome> RunAsync(Reader reader, int from, int to)
    {
        var (suspect, why) = (-1, "");
        while (from < to)
        {
            var first = from;
            var until = suspect < first ? to : suspect == first ? first + 1 : suspect;
            using var child = FuzzProcess.Start(reader, material, seed, first, until, Limit, Trace);
            await foreach (var outcome in child.ReadAsync())
            {
                from = outcome.Case + 1;
                yield return outcome.Case == suspect && outcome.Ending != Ending.Find ? DiedOf(suspect, $"{why}, but not when the case runs alone") : outcome;
            }

            if (child.Death is null && from == first)
                throw new SafeSwitchException($"A child that was to run {reader.Name} cases {first} to {until} did nothing.");
            if (child.Death is not { } death)
                continue;
            if (child.Case == first)
            {
                from = first + 1;
                yield return DiedOf(first, death);
            }
            else
            {
                (suspect, why) = (child.Case, death);
            }
        }

        Outcome DiedOf(int number, string how)
        {
            var fuzz = FuzzCase.Make(FuzzFile.Of(reader, material), seed, number);
            return new Outcome(number, Ending.Find, how, "", "", fuzz.What, fuzz.Edits, 0);
        }
    }
}
