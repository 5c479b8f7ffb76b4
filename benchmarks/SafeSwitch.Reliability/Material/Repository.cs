namespace SafeSwitch.Reliability.Material;

/// <summary>Where things lie in the repository that this was built in.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    /// <summary>The shipped bundle.</summary>
    public static string ShippedBundle => Path("models", "smollm2-135m-instruct");

    /// <summary>A file or folder of the repository.</summary>
    public static string Path(params string[] path) => System.IO.Path.Combine([Root, .. path]);

    /// <summary>A folder of test material: the repository's own, or what stands beside it.</summary>
    /// <exception cref="SafeSwitchException">It is nowhere.</exception>
    public static string Fixture(string path)
    {
        var shared = Environment.GetEnvironmentVariable("SAFESWITCH_SHARED") is { Length: > 0 } configured ? configured : System.IO.Path.Combine(Root, "..", "shared");
        string[] places = [System.IO.Path.Combine(Root, "tests", "Shared", "Fixtures", path), System.IO.Path.Combine(shared, "fixtures", path)];
        return places.FirstOrDefault(Directory.Exists) ?? throw new SafeSwitchException($"Found no {path}, expected it at {string.Join(" or ", places)}.");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "SafeSwitch.sln")))
                return folder.FullName;
        }

        throw new SafeSwitchException("SafeSwitch.sln is not above " + AppContext.BaseDirectory);
    }
}
