using SafeSwitch.Backends;

namespace SafeSwitch.Benchmarks.Providers;

/// <summary>
/// What must hold on the provider by itself, whatever the CPU computes: the adapter switched on in the middle of an answer is the adapter
/// on from the start, switched off it has left nothing behind, a prompt gives the same whole and token by token, and sessions side by
/// side give what they give alone.
/// </summary>
internal static class SelfAgreement
{
    private const int Steps = 12;
    private const int Pilot = 3;
    private const int SessionsAtOnce = 16;

    public static async Task<IReadOnlyList<Finding>> CompareAsync(Side side, IReadOnlyList<CheckPrompt> prompts)
    {
        var adapter = side.Model.Info.Adapters is [var first, ..] ? first : null;
        List<double> switched = [], left = [], pieces = [], moved = [];
        foreach (var prompt in prompts)
        {
            var tokens = side.Encode(prompt);
            pieces.Add(await TokenByTokenAsync(side, tokens));
            if (adapter is null)
                continue;
            var adapted = await FollowAsync(side, tokens, adapter);
            var plain = await FollowAsync(side, tokens, adapter: null);
            moved.Add(Vectors.Distance(plain[0].Logits, adapted[0].Logits));
            switched.AddRange(await SwitchAsync(side, tokens, from: null, to: adapter, adapted));
            left.AddRange(await SwitchAsync(side, tokens, from: adapter, to: null, plain));
        }

        List<Finding> findings =
        [
            Finding.Distances("logits of a prompt token by token and whole", pieces, Tolerance.BetweenOnAverage, Tolerance.Between),
            await SideBySideAsync(side, prompts, adapter),
        ];
        if (adapter is not null)
        {
            findings.Add(new Finding(
                $"the adapter changes the logits ('{adapter}')",
                FormattableString.Invariant($"at least {moved.Min():0.0000}, mean {moved.Average():0.0000}"),
                FormattableString.Invariant($"more than {Tolerance.Within}"),
                moved.Min() > Tolerance.Within));
            findings.Add(Finding.Distances($"adapter on after {Pilot} tokens and a rewind, or from the start", switched, Tolerance.Within, Tolerance.Within));
            findings.Add(Finding.Distances($"adapter off after {Pilot} tokens and a rewind, or never on", left, Tolerance.Within, Tolerance.Within));
        }

        return findings;
    }

    private static async Task<double> TokenByTokenAsync(Side side, ReadOnlyMemory<int> tokens)
    {
        await using var whole = await side.OpenAsync(tokens.Length);
        await using var pieces = await side.OpenAsync(tokens.Length);
        await whole.PrefillAsync(tokens);
        for (var i = 0; i < tokens.Length; i++)
            await pieces.DecodeAsync(tokens.Span[i]);
        return Vectors.Distance(whole.Logits, pieces.Logits);
    }

    /// <summary>Most likely tokens, each with the logits that it was chosen by. The prompt's last token is run alone, as after a rewind.</summary>
    private static async Task<(int Token, float[] Logits)[]> FollowAsync(Side side, ReadOnlyMemory<int> tokens, string? adapter)
    {
        await using var session = await side.OpenAsync(tokens.Length + Steps);
        session.SetAdapter(adapter);
        await session.PrefillAsync(tokens[..^1]);
        var next = tokens.Span[^1];
        var followed = new (int Token, float[] Logits)[Steps];
        for (var i = 0; i < Steps; i++)
        {
            await session.DecodeAsync(next);
            next = Vectors.Best(session.Logits);
            followed[i] = (next, session.Logits.ToArray());
        }

        return followed;
    }

    /// <summary>A pilot under one adapter, a rewind as at an intervention, then the tokens of a run that had the other from the start.</summary>
    private static async Task<List<double>> SwitchAsync(
        Side side, ReadOnlyMemory<int> tokens, string? from, string? to, (int Token, float[] Logits)[] expected)
    {
        await using var session = await side.OpenAsync(tokens.Length + Steps + Pilot);
        session.SetAdapter(from);
        await session.PrefillAsync(tokens[..^1]);
        await session.DecodeAsync(tokens.Span[^1]);
        for (var i = 0; i < Pilot; i++)
            await session.DecodeAsync(Vectors.Best(session.Logits));

        session.Rewind(tokens.Length - 1);
        session.SetAdapter(to);
        return await DistancesAsync(session, tokens.Span[^1], expected);
    }

    private static async Task<Finding> SideBySideAsync(Side side, IReadOnlyList<CheckPrompt> prompts, string? adapter)
    {
        var rows = prompts.Take(SessionsAtOnce).Select((prompt, i) => (Tokens: side.Encode(prompt), Adapter: i % 3 == 0 ? adapter : null)).ToArray();
        var alone = new List<(int Token, float[] Logits)[]>();
        foreach (var row in rows)
            alone.Add(await FollowAsync(side, row.Tokens, row.Adapter));
        var together = await Task.WhenAll(rows.Select((row, i) => Task.Run(async () =>
        {
            await using var session = await side.OpenAsync(row.Tokens.Length + Steps);
            session.SetAdapter(row.Adapter);
            await session.PrefillAsync(row.Tokens[..^1]);
            return await DistancesAsync(session, row.Tokens.Span[^1], alone[i]);
        })));
        return Finding.Distances($"{rows.Length} sessions at once, or each alone", [.. together.SelectMany(d => d)], Tolerance.Within, Tolerance.Within);
    }

    private static async Task<List<double>> DistancesAsync(DecodingSession session, int next, (int Token, float[] Logits)[] expected)
    {
        var distances = new List<double>();
        foreach (var (token, logits) in expected)
        {
            await session.DecodeAsync(next);
            distances.Add(Vectors.Distance(logits, session.Logits));
            next = token;
        }

        return distances;
    }
}
