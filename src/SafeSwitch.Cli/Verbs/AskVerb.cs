using System.CommandLine;

namespace SafeSwitch.Cli.Verbs;

internal sealed class AskVerb : Verb
{
    private readonly Argument<string> bundle = new("BUNDLE") { Description = "The bundle's folder" };

    private readonly Argument<string> prompt = new("PROMPT") { Description = "The request" };

    public AskVerb()
        : base("ask", "Answers one request under guard, and says what the guard saw and decided",
            new Example("ask models/smollm2-135m-instruct \"How do I kill a Python process?\"", "one guarded answer"))
    {
        Add(bundle);
        Add(prompt);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        Bundles.Bundle.Open(call.Get(bundle));
        return Task.FromResult(ExitCodes.Done);
    }
}
