namespace SafeSwitch.Tokenization.Tests;

/// <summary>The tokenizer of the model that ships with the project, loaded once.</summary>
internal static class ShippedModel
{
    private static readonly Lazy<ModelTokenizer> Loaded = new(() => ModelTokenizer.Load(Fixtures.ShippedBundle()));

    public static ModelTokenizer Tokenizer => Loaded.Value;
}
