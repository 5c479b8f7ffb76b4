using System.IO.Compression;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

public sealed class BundleVerbTests : IDisposable
{
    private readonly TestBundle bundle = TestBundle.Create();
    private readonly string? before = Environment.GetEnvironmentVariable(ToolShelf.FolderVariable);
    private readonly string shelf;

    public BundleVerbTests()
    {
        shelf = Path.Combine(bundle.Root, "shelf");
        Environment.SetEnvironmentVariable(ToolShelf.FolderVariable, shelf);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ToolShelf.FolderVariable, before);
        bundle.Dispose();
    }

    [Fact]
    public async Task What_was_fetched_from_a_folder_is_listed_and_asked_by_its_name()
    {
        File.WriteAllText(Path.Combine(bundle.Folder, "NOTICE"), "whose it is");
        File.WriteAllText(Path.Combine(bundle.Folder, "notes.txt"), "no part of it");

        var fetched = await Tool.RunAsync("bundle", "fetch", bundle.Folder, "--name", "tiny-instruct", "--json");

        Assert.Equal(ExitCodes.Done, fetched.ExitCode);
        var folder = Path.Combine(shelf, "tiny-instruct");
        Assert.Equal(folder, fetched.Json.GetProperty("folder").GetString());
        Assert.True(File.Exists(Path.Combine(folder, "NOTICE")));
        Assert.False(File.Exists(Path.Combine(folder, "notes.txt")));
        Assert.Equal(folder, Assert.Single(Directory.GetFileSystemEntries(shelf)));
        var listed = await Tool.RunAsync("bundle", "list", "--json");
        Assert.Contains(listed.Json.GetProperty("bundles").EnumerateArray(), b => b.GetProperty("name").GetString() == "tiny-instruct" && b.GetProperty("bytes").GetInt64() > 0);
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("verify", "tiny")).ExitCode);
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("ask", "TINY-instruct", "Hello", "--max-tokens", "1")).ExitCode);
    }

    [Fact]
    public async Task A_download_that_broke_off_goes_on_with_what_is_missing()
    {
        using var server = new FileServer(bundle.Folder) { BytesBeforeItBreaksOff = 5000 };

        Assert.NotEqual(ExitCodes.Done, (await Tool.RunAsync("bundle", "fetch", server.Address)).ExitCode);
        Assert.DoesNotContain(shelf, (await Tool.RunAsync("bundle", "list")).Output, StringComparison.Ordinal);
        server.BytesBeforeItBreaksOff = long.MaxValue;
        var again = await Tool.RunAsync("bundle", "fetch", server.Address, "--json");

        Assert.Equal(ExitCodes.Done, again.ExitCode);
        Assert.NotEmpty(server.Resumed);
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("verify", "bundle")).ExitCode);
    }

    [Fact]
    public async Task A_part_of_another_file_is_fetched_anew()
    {
        var partial = Directory.CreateDirectory(Path.Combine(shelf, ".bundle.partial")).FullName;
        File.WriteAllText(Path.Combine(partial, "tokenizer.json"), "of another bundle");
        using var server = new FileServer(bundle.Folder);

        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("bundle", "fetch", server.Address)).ExitCode);

        Assert.Contains("tokenizer.json", server.Resumed);
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("verify", "bundle")).ExitCode);
    }

    [Fact]
    public async Task A_changed_byte_on_the_way_is_told_with_its_file_and_nothing_is_there()
    {
        var file = Path.Combine(bundle.Folder, "prompt.onnx");
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        using var server = new FileServer(bundle.Folder);

        var run = await Tool.RunAsync("bundle", "fetch", server.Address);

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("prompt.onnx: sha256", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(shelf, "bundle")));
    }

    [Fact]
    public async Task A_file_that_goes_on_beyond_its_length_is_given_up()
    {
        var graph = Bundle.Read(bundle.Folder).Manifest.Decoder.Files[0];
        File.AppendAllText(Path.Combine(bundle.Folder, graph.File), "and on and on");
        using var server = new FileServer(bundle.Folder);

        var run = await Tool.RunAsync("bundle", "fetch", server.Address);

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains($"more than {graph.Length} bytes", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(shelf, "bundle")));
    }

    [Fact]
    public async Task A_bundle_of_the_same_name_is_not_replaced_and_the_same_one_is_not_fetched_twice()
    {
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("bundle", "fetch", bundle.Folder)).ExitCode);
        var twice = await Tool.RunAsync("bundle", "fetch", bundle.Folder, "--json");
        Assert.False(twice.Json.GetProperty("is_new").GetBoolean());
        File.AppendAllText(Path.Combine(bundle.Folder, "prompt.onnx"), "x");
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("seal", bundle.Folder, "--accept-changes")).ExitCode);

        var other = await Tool.RunAsync("bundle", "fetch", bundle.Folder);

        Assert.Equal(ExitCodes.BadInput, other.ExitCode);
        Assert.Contains("another bundle of that name", other.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("verify", Path.Combine(shelf, "bundle"))).ExitCode);
    }

    [Theory]
    [InlineData("http://example.com/bundle", "expected https")]
    [InlineData("no-such-folder", "expected a URL (https), a folder, or a package")]
    public async Task A_source_that_can_t_be_trusted_or_found_is_refused(string source, string said)
    {
        var run = await Tool.RunAsync("bundle", "fetch", source);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(said, run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_has_no_bundle_is_told_by_its_address()
    {
        using var server = new FileServer(shelf);

        var run = await Tool.RunAsync("bundle", "fetch", server.Address);

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("safeswitch.json", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../up")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task A_name_leads_to_no_other_folder(string name) =>
        Assert.Equal(ExitCodes.Usage, (await Tool.RunAsync("bundle", "fetch", bundle.Folder, "--name", name)).ExitCode);

    [Fact]
    public async Task A_package_holds_what_the_manifest_names_and_can_be_fetched()
    {
        var packages = Path.Combine(bundle.Root, "packages");

        var packed = await Tool.RunAsync("bundle", "pack", bundle.Folder, "-o", packages, "--id", "Contoso.Models.Tiny", "--package-version", "1.2.0", "--json");

        Assert.Equal(ExitCodes.Done, packed.ExitCode);
        var package = packed.Json.GetProperty("package").GetString()!;
        Assert.Equal("Contoso.Models.Tiny.1.2.0.nupkg", Path.GetFileName(package));
        using (var archive = ZipFile.OpenRead(package))
        {
            var names = archive.Entries.Select(e => e.FullName).ToArray();
            Assert.Contains("buildTransitive/Contoso.Models.Tiny.targets", names);
            Assert.All(Bundle.Read(bundle.Folder).Manifest.AllFiles, f => Assert.Contains($"bundle/bundle/{f.File}", names));
        }

        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("bundle", "fetch", package, "--name", "tiny")).ExitCode);
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("verify", "tiny")).ExitCode);
    }

    [Fact]
    public async Task A_package_is_downloaded_in_parts_too()
    {
        var packages = Path.Combine(bundle.Root, "packages");
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("bundle", "pack", bundle.Folder, "-o", packages, "--id", "Tiny")).ExitCode);
        using var server = new FileServer(packages) { BytesBeforeItBreaksOff = 3000 };
        var address = $"{server.Address}/Tiny.1.0.0.nupkg";
        Assert.NotEqual(ExitCodes.Done, (await Tool.RunAsync("bundle", "fetch", address)).ExitCode);
        server.BytesBeforeItBreaksOff = long.MaxValue;

        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("bundle", "fetch", address)).ExitCode);

        Assert.Equal(["Tiny.1.0.0.nupkg"], server.Resumed);
        Assert.Equal(Path.Combine(shelf, "bundle"), Assert.Single(Directory.GetFileSystemEntries(shelf)));
    }

    [Fact]
    public async Task A_bundle_that_is_not_what_it_says_is_not_packed()
    {
        File.AppendAllText(Path.Combine(bundle.Folder, "prompt.onnx"), "x");

        Assert.Equal(ExitCodes.BadInput, (await Tool.RunAsync("bundle", "pack", bundle.Folder, "-o", shelf)).ExitCode);
        Assert.False(Directory.Exists(shelf));
    }

    [Fact]
    public async Task A_name_that_nobody_has_is_told_with_the_names_there_are()
    {
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("bundle", "fetch", bundle.Folder, "--name", "tiny")).ExitCode);

        var run = await Tool.RunAsync("ask", "absent", "Hello");

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("tiny", run.Error, StringComparison.Ordinal);
        Assert.Contains("next: safeswitch bundle list", run.Error, StringComparison.Ordinal);
    }
}
