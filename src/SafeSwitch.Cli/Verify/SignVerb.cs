using System.CommandLine;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Verify;

/// <summary>Signs a bundle.</summary>
internal sealed class SignVerb : Verb
{
    private readonly Argument<string> bundle = new("BUNDLE") { Description = "A folder with safeswitch.json" };

    private readonly Option<string> key = new("--key") { Description = "The private key (PEM, ECDSA on P-256)", Required = true };

    public SignVerb()
        : base(
            "sign",
            "Reads every file of a bundle to its end, then signs its manifest: safeswitch.json.sig",
            new Example("sign models/my-model --key private.pem", "a key: openssl ecparam -name prime256v1 -genkey -noout -out private.pem"))
    {
        Add(bundle);
        Add(key);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        var folder = call.Get(bundle);
        var signer = BundleSignature.Sign(folder, File.ReadAllText(call.Get(key)!));
        var document = BundleDocument.Of(Bundle.Read(folder), signer);
        if (call.IsJson)
        {
            call.WriteJson(document, VerifyJson.Default);
        }
        else
        {
            var facts = document.Facts();
            facts.Add("signed by", signer);
            facts.WriteTo(call.Terminal);
        }

        return Task.FromResult(ExitCodes.Done);
    }
}
