using SafeSwitch.Bundles;

namespace SafeSwitch.Tests.Bundles;

public sealed class BundleShelfTests : IDisposable
{
    private readonly TemporaryFolder root = new();

    public void Dispose() => root.Dispose();

    [Fact]
    public void A_folder_goes_before_a_name()
    {
        var named = Add("shelf", "mine");
        var folder = Add("here", "mine");
        var shelf = new BundleShelf(Path.Combine(root.Path, "shelf"));

        Assert.Equal(folder, shelf.Find("mine", Path.Combine(root.Path, "here")));
        Assert.Equal(named, shelf.Find("mine", root.Path));
    }

    [Theory]
    [InlineData("smol-135m-instruct")]
    [InlineData("SMOL-135M-Instruct")]
    [InlineData("smol-135m")]
    public void A_name_or_the_beginning_that_only_one_has_is_enough(string name)
    {
        var folder = Add("shelf", "smol-135m-instruct");
        Add("shelf", "smol-360m-instruct");

        Assert.Equal(folder, new BundleShelf(Path.Combine(root.Path, "shelf")).Find(name, root.Path));
    }

    [Fact]
    public void The_first_folder_with_a_name_counts_and_what_is_not_a_bundle_does_not()
    {
        var first = Add("a", "mine");
        Add("b", "mine");
        Directory.CreateDirectory(Path.Combine(root.Path, "a", "other"));
        var other = Add("b", "other");
        Add("b", ".mine.partial");
        var shelf = new BundleShelf(Path.Combine(root.Path, "a"), Path.Combine(root.Path, "b"), Path.Combine(root.Path, "absent"));

        Assert.Equal([first, other], shelf.Bundles);
    }

    [Theory]
    [InlineData("smol", "smol-135m, smol-360m")]
    [InlineData("sm", "no such folder")]
    [InlineData("absent", "no such folder")]
    public void A_name_that_means_none_or_several_is_refused_with_those_there_are(string name, string found)
    {
        Add("shelf", "smol-135m");
        Add("shelf", "smol-360m");

        var e = Assert.Throws<BundleException>(() => new BundleShelf(Path.Combine(root.Path, "shelf")).Find(name, root.Path));

        Assert.Contains(found, e.Message, StringComparison.Ordinal);
        Assert.Contains("smol-360m", e.Message, StringComparison.Ordinal);
    }

    private string Add(string shelf, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root.Path, shelf, name)).FullName;
        File.WriteAllText(Path.Combine(folder, Bundle.ManifestFile), "{}");
        return folder;
    }
}
