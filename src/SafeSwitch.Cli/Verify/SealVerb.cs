using System.CommandLine;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Verify;

/// <summary>Writes the digests of a bundle's files into its manifest, after they were changed on purpose or by an older version.</summary>
internal sealed class SealVerb : Verb
{
    private readonly Argument<string> bundle = new("BUNDLE") { Description = "A folder with safeswitch.json" };

    private readonly Option<bool> accept = new("--accept-changes") { Description = "Accept files that differ from what safeswitch.json says of them" };

    public SealVerb()
        : base(
            "seal",
            "Writes the digests of a bundle's files into safeswitch.json, and brings one of an older version up to date",
            new("seal models/my-model", "a bundle of an older version; refused if its files are not the ones that it names"),
            new("seal models/my-model --accept-changes", "after its chat template was edited on purpose"))
    {
        Add(bundle);
        Add(accept);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        var document = BundleDocument.Of(Bundle.Seal(call.Get(bundle), call.Get(accept)));
        if (call.IsJson)
        {
            call.WriteJson(document, VerifyJson.Default);
        }
        else
        {
            var facts = document.Facts();
            facts.Add("sealed", "safeswitch.json holds their digests; sign it again");
            facts.WriteTo(call.Terminal);
        }

        return Task.FromResult(ExitCodes.Done);
    }
}
