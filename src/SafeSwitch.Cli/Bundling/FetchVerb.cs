using System.CommandLine;
using System.Globalization;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Bundling;

/// <summary>Brings a bundle into the user's folder, where it has a name.</summary>
internal sealed class FetchVerb : Verb
{
    private readonly Argument<string> source = new("SOURCE") { Description = "The URL of a folder or of a package (.nupkg), a local folder, or a package file" };

    private readonly Option<string?> name = new("--name") { Description = "Its name here; by default the name of its folder at the source", HelpName = "NAME" };

    private readonly Option<string[]> keys = new("--key") { Description = "A public key (PEM, ECDSA on P-256) that must have signed it; with several, any one of them" };

    public FetchVerb()
        : base(
            "fetch",
            "Copies a bundle to the user's folder and compares every byte with its digests; an interrupted download resumes",
            new("bundle fetch https://example.com/models/my-model", "the files that its safeswitch.json names"),
            new("bundle fetch SafeSwitch.Models.SmolLM2-135M.0.1.0.nupkg", "from a NuGet package"),
            new("bundle fetch https://example.com/my-model --key vendor.pem --name vendor", "signed, under a name of your own"))
    {
        Add(source);
        Add(name);
        Add(keys);
    }

    public override bool IsResumable => true;

    protected override async Task<int> RunAsync(VerbCall call)
    {
        var trusted = (call.Get(keys) ?? []).Select(File.ReadAllText).ToArray();
        var (bundle, isNew) = await FetchAsync(call, trusted).ConfigureAwait(false);
        var called = Path.GetFileName(bundle.Folder);
        if (call.IsJson)
        {
            call.WriteJson(new FetchDocument(called, bundle.Folder, isNew, bundle.SignedBy), BundlingJson.Default);
            return ExitCodes.Done;
        }

        var facts = new FactGrid();
        facts.Add("bundle", called);
        facts.Add("folder", bundle.Folder);
        facts.Add("fetched", isNew ? "every file is what its safeswitch.json says" : "it was here already, every byte of it");
        facts.Add("signed by", bundle.SignedBy);
        facts.Add("next", string.Create(CultureInfo.InvariantCulture, $"safeswitch ask {called} \"How do I bake bread?\""));
        facts.WriteTo(call.Terminal);
        return ExitCodes.Done;
    }

    private async Task<(Bundle Bundle, bool IsNew)> FetchAsync(VerbCall call, IReadOnlyList<string> trustedKeys)
    {
        using var progress = new ProgressLine(call.Terminal);
        var fetcher = new BundleFetcher(ToolShelf.UserFolder, new BundleChecks { VerifyWeights = true, TrustedKeys = trustedKeys }, progress);
        return await fetcher.FetchAsync(call.Get(source), call.Get(name), call.CancellationToken).ConfigureAwait(false);
    }
}

/// <param name="Name">What it is called by from now on.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="IsNew">Whether it was not there before.</param>
/// <param name="SignedBy">Fingerprint of the key that signed it, if one was asked for.</param>
internal sealed record FetchDocument(string Name, string Folder, bool IsNew, string? SignedBy);
