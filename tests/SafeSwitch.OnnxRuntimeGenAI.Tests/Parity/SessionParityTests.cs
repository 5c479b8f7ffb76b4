using System.Numerics.Tensors;
using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Parity;

/// <summary>The same verbs give the same numbers on both backends.</summary>
public sealed class SessionParityTests
{
    private const float Tolerance = 1e-4f;

    private static readonly string[] Families = ["llama", "llama-tied", "qwen2", "phi3", "granite"];
    private static readonly string[] Variants = ["fp32", "int4", "int4-asym", "int4-head8", "int8"];

    // Heads that share the embedding's table, states given already, heads of one position, and exports of the Hub.
    private static readonly (string, string)[] Others =
    [
        ("llama-tied", "int4-shared"), ("qwen2", "int4-shared"),
        .. Families.Select(f => (f, "fp32-hidden")), .. Families.Select(f => (f, "fp32-pruned")),
        ("llama", "hub-export"), ("qwen2", "hub-export"), ("phi3", "hub-export"), ("granite", "hub-export"),
    ];

    public static TheoryData<string, string> Decoders => DecoderFixtures.Of([.. Families.SelectMany(f => Variants.Select(v => (f, v))), .. Others]);

    [Theory]
    [MemberData(nameof(Decoders))]
    public async Task States_logits_and_answers_are_equal_with_and_without_adapters(string family, string variant)
    {
        var folder = NativeLibraryFixture.Folder;
        Assert.NotEmpty(folder);
        using var files = new InstrumentedModel(family, variant);
        await using var expected = Models.LoadDefault(files);
        await using var actual = Models.LoadGenAI(files);
        Assert.Equal(expected.Info with { Backend = actual.Info.Backend, EndTokens = [], HiddenStates = [], Adapters = [] },
            actual.Info with { EndTokens = [], HiddenStates = [], Adapters = [] });
        Assert.Equal(expected.Info.EndTokens, actual.Info.EndTokens);
        Assert.Equal(expected.Info.HiddenStates.Order(), actual.Info.HiddenStates.Order());
        Assert.Equal(expected.Info.Adapters.Order(), actual.Info.Adapters.Order());

        foreach (var prompt in Golden.Prompts(family))
        {
            await using var left = await expected.Open(prompt.Length + 40);
            await using var right = await actual.Open(prompt.Length + 40);
            var pair = new SessionPair(left, right, expected.Info.HiddenStates, Tolerance);

            await pair.Prefill(prompt);
            var plain = await pair.Greedy(8);

            pair.Rewind(prompt.Length - 1);
            pair.SetAdapter("refusal");
            await pair.Decode(prompt[^1]);
            var refusal = await pair.Greedy(8);
            Assert.NotEqual(plain, refusal);

            pair.SetAdapter(null);
            await pair.Greedy(4);

            pair.Rewind(prompt.Length - 1);
            await pair.Decode(prompt[^1]);
            Assert.Equal(plain, await pair.Greedy(8));

            pair.Rewind(prompt.Length - 1);
            pair.SetAdapter("other");
            await pair.Decode(prompt[^1]);
            Assert.NotEqual(refusal, await pair.Greedy(8));

            pair.Rewind(prompt.Length - 1);
            pair.SetAdapter("refusal");
            await pair.Decode(prompt[^1]);
            Assert.Equal(refusal, await pair.Greedy(8));

            pair.Rewind(0);
            pair.SetAdapter(null);
            await pair.Prefill(prompt.AsMemory(0, prompt.Length / 2));
            await pair.Prefill(prompt.AsMemory(prompt.Length / 2));
            Assert.Equal(plain, await pair.Greedy(8));
        }
    }
}
