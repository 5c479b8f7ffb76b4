using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using SafeSwitch.Auditing;
using SafeSwitch.Monitoring;
using SafeSwitch.Settings;

namespace SafeSwitch.Tests.Auditing;

public sealed class AuditFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => folder.File("logs", "audit.jsonl");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_written_is_read_again()
    {
        AuditRecord[] records =
        [
            Record(1) with { PromptScore = 0.123456f, PromptThreshold = 0.5, Action = VerdictAction.Continue },
            Record(2) with { Client = "shop", ResponseScore = 1, ResponseThreshold = 0.0149, Action = VerdictAction.Intervene, Intervened = true, PromptTokens = 7, PromptHash = "ab" },
            Record(3) with { Error = "timeout", MonitorFailed = true },
        ];

        using (var audit = Open())
        {
            foreach (var record in records)
                audit.Write(record);
            Assert.Equal(records, AuditFile.Read(File));
        }

        Assert.Equal(records, AuditFile.Read(File));
    }

    [Fact]
    public void A_line_is_JSON_with_the_fields_that_the_document_names()
    {
        using (var audit = Open())
            audit.Write(Record(1) with { PromptScore = 0.25f, PromptThreshold = 1, ResponseScore = 0.5f, ResponseThreshold = 1, Action = VerdictAction.Pilot, Error = "x", PromptTokens = 1, PromptHash = "x" });

        var line = JsonNode.Parse(Assert.Single(System.IO.File.ReadAllLines(File)))!.AsObject();

        Assert.Equal(0.25f, (float)line["prompt_score"]!);
        Assert.Equal("Pilot", (string?)line["action"]);
        var documented = System.IO.File.ReadAllText(Fixtures.Repository("docs", "audit.md"));
        Assert.All(line, field => Assert.Contains($"`{field.Key}`", documented, StringComparison.Ordinal));
    }

    [Fact]
    public void A_full_file_is_put_aside_and_only_so_many_are_kept()
    {
        var time = new FakeTimeProvider();
        using (var audit = Open(o =>
        {
            o.MaxBytes = AuditFileOptions.SmallestMaxBytes;
            o.MaxFiles = 2;
        }, time))
        {
            for (var i = 0; i < 100; i++)
                audit.Write(Record(i));
        }

        var files = AuditFile.FilesOf(File);
        Assert.Equal(3, files.Count);
        Assert.Equal(File, files[^1]);
        Assert.All(files, f => Assert.InRange(new FileInfo(f).Length, 1, AuditFileOptions.SmallestMaxBytes));
        var kept = files.SelectMany(AuditFile.Read).ToArray();
        Assert.Equal(Enumerable.Range(100 - kept.Length, kept.Length).Select(i => Record(i)), kept);
        Assert.True(kept.Length > 20);
    }

    [Fact]
    public void Other_files_of_the_folder_are_left_alone()
    {
        Directory.CreateDirectory(folder.File("logs"));
        System.IO.File.WriteAllText(folder.File("logs", "audit.notes.jsonl"), "mine");
        using (var audit = Open(o =>
        {
            o.MaxBytes = AuditFileOptions.SmallestMaxBytes;
            o.MaxFiles = 1;
        }))
        {
            for (var i = 0; i < 100; i++)
                audit.Write(Record(i));
        }

        Assert.True(System.IO.File.Exists(folder.File("logs", "audit.notes.jsonl")));
        Assert.Equal(2, AuditFile.FilesOf(File).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"time\":\"2026-01-01T00:0")]
    public void A_line_that_was_never_finished_is_removed_and_the_rest_goes_on(string torn)
    {
        using (var audit = Open())
            audit.Write(Record(1));
        System.IO.File.AppendAllText(File, torn);

        using (var audit = Open())
            audit.Write(Record(2));

        Assert.Equal([Record(1), Record(2)], AuditFile.Read(File));
    }

    [Fact]
    public void A_file_has_one_writer()
    {
        using var audit = Open();

        Assert.ThrowsAny<IOException>(() => Open());
    }

    [Theory]
    [InlineData("{}", "line 2")]
    [InlineData("not JSON", "line 2")]
    [InlineData("null", "null")]
    [InlineData("{\"time\":\"2026-01-01T00:00:00Z\",\"policy\":\"p\",\"bundle\":\"b\",\"model\":\"m\",\"prompt_score\":1.5}", "a score that isn't a probability")]
    [InlineData("{\"time\":\"2026-01-01T00:00:00Z\",\"policy\":\"p\",\"bundle\":\"b\",\"model\":\"m\",\"propmt_score\":0.5}", "propmt_score")]
    public void A_line_that_is_not_a_record_is_told_with_its_number(string line, string said)
    {
        using (var audit = Open())
            audit.Write(Record(1));
        System.IO.File.AppendAllText(File, line + "\n");

        var e = Assert.Throws<SafeSwitchException>(() => AuditFile.Read(File).ToArray());

        Assert.Contains(File, e.Message, StringComparison.Ordinal);
        Assert.Contains("line 2", e.Message, StringComparison.Ordinal);
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_told_all_at_once()
    {
        var e = Assert.Throws<SettingsException>(() => new AuditFile(new AuditFileOptions { Path = " ", MaxBytes = 1, MaxFiles = 0, Salt = "short" }));

        Assert.Equal(["MaxBytes", "MaxFiles", "Path", "Salt"], e.Problems.Select(p => p.Setting).Order());
    }

    [Fact]
    public void Many_writers_at_once_write_whole_lines()
    {
        using var audit = Open();

        Parallel.For(0, 200, i => audit.Write(Record(i)));

        Assert.Equal(Enumerable.Range(0, 200).Select(i => Record(i).Policy).Order(), AuditFile.Read(File).Select(r => r.Policy).Order());
    }

    private AuditFile Open(Action<AuditFileOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new AuditFileOptions { Path = "logs/audit.jsonl" };
        configure?.Invoke(options);
        return new AuditFile(options, folder.Path, time);
    }

    private static AuditRecord Record(int number) => new()
    {
        Time = DateTimeOffset.UnixEpoch.AddDays(number),
        Policy = $"policy {number}",
        Bundle = new string('a', 64),
        Model = "toy",
    };
}
