namespace SafeSwitch.Tests;

/// <summary>
/// Where test material is. What we made ourselves is in the repository (tests/Shared/Fixtures); what others published, and further precisions
/// of the decoders, are in a folder outside. A test that needs the latter carries <see cref="OutsideFixturesAttribute"/> and is skipped,
/// saying what to set, where it is absent: never silently green.
/// </summary>
internal static class Fixtures
{
    /// <summary>The environment variable that names the outside folder.</summary>
    public const string OutsideVariable = "SAFESWITCH_SHARED";

    private static readonly string RepositoryRoot = FindRepositoryRoot();

    private static readonly string InsideRoot = Repository("tests", "Shared", "Fixtures");

    /// <summary>The folder that the variable names, or `shared` beside the repository.</summary>
    private static readonly string OutsideRoot = Path.GetFullPath(
        Environment.GetEnvironmentVariable(OutsideVariable) is { Length: > 0 } configured ? configured : Repository("..", "shared"));

    /// <summary>A file or folder of the repository.</summary>
    public static string Repository(params string[] path) => Path.Combine([RepositoryRoot, .. path]);

    /// <summary>A file or folder of the shipped bundle.</summary>
    public static string ShippedBundle(params string[] path) => Repository(["models", "smollm2-135m-instruct", .. path]);

    /// <summary>A small decoder's folder, or a graph in it: <c>("llama", "fp32")</c>, <c>("phi3", "hub-export/onnx/model.onnx")</c>.</summary>
    public static string Decoder(string architecture, string variant) => Find("decoders", architecture, variant);

    /// <summary>What the reference implementation computes for a small decoder: <c>golden.json</c> or <c>golden.safetensors</c>.</summary>
    public static string DecoderGolden(string architecture, string file) => Find("decoders", architecture, file);

    /// <summary>A prober, a head or a file to refuse, as the paper's implementation saves them.</summary>
    public static string ReferenceImplementation(params string[] path) => Find(["reference-implementation", .. path]);

    /// <summary>A tokenizer's folder: trained by us, or published and outside.</summary>
    public static string Tokenizer(string family) => Find("tokenizers", family);

    /// <summary>Made-up data rows of a kind: <c>harmful</c>, <c>harmless</c>, <c>wrapped</c>, <c>long</c>, <c>multi-turn</c>.</summary>
    public static string Rows(string kind) => Find("data", kind + ".jsonl");

    /// <summary>A decoder variant is in the repository, outside, or nowhere; for data sources that enumerate what there is.</summary>
    public static FixturePlace PlaceOf(string architecture, string variant)
    {
        string[] path = ["decoders", architecture, variant];
        return Exists(InsideRoot, path) ? FixturePlace.Repository
            : Exists(OutsideRoot, ["fixtures", .. path]) ? FixturePlace.Outside
            : FixturePlace.Nowhere;
    }

    /// <summary>A folder of the outside folder, or null; for data sources that enumerate what there is.</summary>
    public static string? OutsideFolder(params string[] path) => Exists(OutsideRoot, path) ? Path.Combine([OutsideRoot, .. path]) : null;

    /// <summary>A file or folder of the outside folder; skips the running test, saying what to set, if it is absent.</summary>
    /// <exception cref="InvalidOperationException">No test runs (a skip in a class fixture or a type initializer is a failure), or the test isn't marked.</exception>
    public static string Outside(params string[] path)
    {
        var name = string.Join('/', path);
        if (TestContext.Current.Test is not { } test)
            throw new InvalidOperationException($"'{name}' is asked for outside of a running test, where it can't be skipped.");
        if (!test.Traits.TryGetValue(OutsideFixturesAttribute.Trait, out var values) || !values.Contains(OutsideFixturesAttribute.Value))
            throw new InvalidOperationException($"The test needs '{name}' from outside of the repository: mark it [OutsideFixtures].");
        Assert.SkipUnless(Exists(OutsideRoot, path), $"'{name}' is absent: set {OutsideVariable} to a folder that has it");
        return Path.Combine([OutsideRoot, .. path]);
    }

    private static string Find(params string[] path) =>
        Exists(InsideRoot, path) ? Path.Combine([InsideRoot, .. path]) : Outside(["fixtures", .. path]);

    private static bool Exists(string root, string[] path)
    {
        var full = Path.Combine([root, .. path]);
        return File.Exists(full) || Directory.Exists(full);
    }

    private static string FindRepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SafeSwitch.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("SafeSwitch.sln not found above " + AppContext.BaseDirectory);
    }
}

/// <summary>Where a fixture is.</summary>
internal enum FixturePlace
{
    Nowhere,
    Repository,
    Outside,
}
