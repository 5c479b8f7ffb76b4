namespace SafeSwitch.Architecture.Tests;

/// <summary>docs/architecture.md shows the folders as they are. <c>SAFESWITCH_WRITE_DOCS=1</c> renews it instead of comparing.</summary>
public sealed class DocumentedPictureTests
{
    private const string Begin = "<!-- folders: begin; renewed by SAFESWITCH_WRITE_DOCS=1 dotnet test --project tests/SafeSwitch.Architecture.Tests -->\n```text\n";

    private const string End = "```\n<!-- folders: end -->";

    [Fact]
    public void The_picture_of_the_folders_is_today_s()
    {
        var file = Fixtures.Repository("docs", "architecture.md");
        var text = File.ReadAllText(file).ReplaceLineEndings("\n");
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end >= begin, $"'{file}' has no place for the picture");

        var picture = ArchitecturePicture.Draw();
        if (Environment.GetEnvironmentVariable("SAFESWITCH_WRITE_DOCS") == "1")
            File.WriteAllText(file, text[..begin] + picture + text[end..]);
        else
            Assert.Equal(picture, text[begin..end]);
    }
}
