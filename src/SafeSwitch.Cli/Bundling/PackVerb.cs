using System.CommandLine;
using System.Globalization;
using NuGet.Packaging;
using NuGet.Packaging.Core;
using NuGet.Versioning;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Bundling;

/// <summary>Makes a NuGet package of a bundle: whoever references it has the bundle beside the application.</summary>
internal sealed class PackVerb : Verb
{
    private static readonly string[] Companions = ["LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE", BundleSignature.SignatureFile];

    private readonly Argument<string> bundle = new("BUNDLE") { Description = "A folder with safeswitch.json, or a name that `bundle list` shows" };

    private readonly Option<string> output = new Option<string>("--output", "-o") { Description = "The folder that the package goes to", DefaultValueFactory = _ => "." };

    private readonly Option<string?> id = new("--id") { Description = "The package's id; by default SafeSwitch.Models.NAME", HelpName = "ID" };

    private readonly Option<string> version = new("--package-version") { Description = "The package's version", DefaultValueFactory = _ => "1.0.0", HelpName = "VERSION" };

    private readonly Option<string> authors = new("--authors") { Description = "The package's authors", DefaultValueFactory = _ => Environment.UserName, HelpName = "NAMES" };

    public PackVerb()
        : base(
            "pack",
            "Makes a NuGet package of a bundle; a project that references it has the bundle in models/ beside its application",
            new("bundle pack models/my-model --id Contoso.Models.Mine -o packages", "a package of your own, for `dotnet add package`"),
            new("bundle pack models/my-model --package-version 1.1.0", "the next version"))
    {
        Add(bundle);
        Add(output);
        Add(id);
        Add(version);
        Add(authors);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        // What is passed on is what was measured.
        var opened = Bundle.Open(ToolShelf.Find(call.Get(bundle)), new BundleChecks { VerifyWeights = true });
        var name = Path.GetFileName(opened.Folder);
        if (!NuGetVersion.TryParse(call.Get(version), out var number))
            throw new UsageException($"--package-version: found '{call.Get(version)}', expected a version such as 1.0.0.");
        var packageId = call.Get(id) ?? $"SafeSwitch.Models.{name}";
        if (!PackageIdValidator.IsValidPackageId(packageId))
            throw new UsageException($"--id: found '{packageId}', expected letters, digits, '.', '-' and '_'.");

        var path = Path.Combine(Path.GetFullPath(call.Get(output)!), $"{packageId}.{number.ToNormalizedString()}.nupkg");
        Write(opened, new PackageIdentity(packageId, number), call.Get(authors)!, path);
        var document = new PackDocument(path, packageId, number.ToNormalizedString(), new FileInfo(path).Length);
        if (call.IsJson)
        {
            call.WriteJson(document, BundlingJson.Default);
        }
        else
        {
            var facts = new FactGrid();
            facts.Add("package", path);
            facts.Add("bytes", document.Bytes.ToString("N0", CultureInfo.InvariantCulture));
            facts.Add("next", $"dotnet add package {packageId} --source {Path.GetDirectoryName(path)}");
            facts.WriteTo(call.Terminal);
        }

        return Task.FromResult(ExitCodes.Done);
    }

    private static void Write(Bundle bundle, PackageIdentity identity, string authors, string path)
    {
        var name = Path.GetFileName(bundle.Folder);
        var builder = new PackageBuilder
        {
            Id = identity.Id,
            Version = identity.Version,
            Description = $"The guarded bundle {name} ({bundle.Manifest.Decoder.Name}) for SafeSwitch: copied to models/{name} beside the application.",
        };
        builder.Authors.Add(authors);
        foreach (var file in bundle.Manifest.AllFiles.Select(f => f.File).Append(Bundle.ManifestFile).Concat(Companions).Where(f => File.Exists(bundle.PathOf(f))))
            builder.Files.Add(new PhysicalPackageFile { SourcePath = bundle.PathOf(file), TargetPath = $"bundle/{name}/{file}" });
        using var targets = typeof(PackVerb).Assembly.GetManifestResourceStream("buildTransitive.targets")!;
        builder.Files.Add(new PhysicalPackageFile(new MemoryStream(ReadAll(targets))) { TargetPath = $"buildTransitive/{identity.Id}.targets" });

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = File.Create(temporary))
                builder.Save(stream);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}

/// <param name="Package">The file.</param>
/// <param name="Id">The package's id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record PackDocument(string Package, string Id, string Version, long Bytes);
