using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Benchmarks.Providers;

/// <summary>The bundle on one of the providers that are compared.</summary>
internal sealed class Side : IAsyncDisposable
{
    private Side(string provider, LoadedBundle bundle)
    {
        Provider = provider;
        Model = bundle.Model;
        Guarded = new GuardedModel(bundle);
    }

    public string Provider { get; }

    public ILanguageModel Model { get; }

    public GuardedModel Guarded { get; }

    /// <exception cref="SafeSwitchException">The provider is not there, or the bundle can't be used.</exception>
    public static Side Load(string folder, string provider, OnnxRuntimeOptions options) =>
        new(provider, new OnnxRuntimeBackend(options).Load(Bundle.Open(folder)));

    public ReadOnlyMemory<int> Encode(CheckPrompt prompt) => Model.Tokenizer.Encode([PromptMessage.User(prompt.Prompt)]).Tokens;

    public ValueTask<DecodingSession> OpenAsync(int capacity, params IReadOnlyList<string> hiddenStates) =>
        Model.OpenSessionAsync(new DecodingOptions { Capacity = capacity, HiddenStates = hiddenStates });

    public ValueTask DisposeAsync() => Guarded.DisposeAsync();
}
