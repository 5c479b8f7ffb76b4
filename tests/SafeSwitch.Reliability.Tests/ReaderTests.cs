using SafeSwitch.Reliability.Fuzzing;

namespace SafeSwitch.Reliability.Tests;

/// <summary>A sample of what the verb `fuzz` runs in full.</summary>
public sealed class ReaderTests(MaterialFixture material)
{
    private const int Cases = 40;
    private const int Seed = 1;

    public static TheoryData<string> Names => [.. Readers.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_damaged_file_is_read_or_refused_by_a_documented_exception(string reader)
    {
        var outcomes = await RunAsync(Readers.All.Single(r => r.Name == reader), Cases);
        Assert.Equal(Cases, outcomes.Count);
        Assert.Contains(outcomes, o => o.Ending == Ending.Refused);
        Assert.Empty(outcomes.Where(o => o.Ending == Ending.Find).Select(o => $"case {o.Case}: {o.What} in {o.Where} [{o.Edit}]"));
    }

    [Fact]
    public async Task What_must_not_be_is_found_whatever_it_does_to_the_process()
    {
        var outcomes = await RunAsync(Readers.SelfCheck, Readers.SelfChecks, limit: TimeSpan.FromSeconds(2));
        Assert.Equal(Enumerable.Range(0, Readers.SelfChecks), outcomes.Select(o => o.Case));
        Assert.Equal((Ending.Read, Ending.Refused), (outcomes[0].Ending, outcomes[1].Ending));
        Assert.All(outcomes.Skip(2), o => Assert.Equal(Ending.Find, o.Ending));
        Assert.Collection(
            outcomes.Skip(2),
            o => Assert.Equal(nameof(NullReferenceException), o.What),
            o => Assert.StartsWith("hang", o.What, StringComparison.Ordinal),
            o => Assert.StartsWith("the process died", o.What, StringComparison.Ordinal),
            o => Assert.Equal(nameof(OutOfMemoryException), o.What),
            o => Assert.EndsWith("not when the case runs alone", o.What, StringComparison.Ordinal));
    }

    [Fact]
    public void A_number_gives_the_same_case_every_time()
    {
        foreach (var reader in Readers.All)
        {
            var (one, again, other) = (Make(1), Make(1), Enumerable.Range(2, 8).Select(Make).ToList());
            Assert.Equal(one.Bytes, again.Bytes);
            Assert.Equal(one.What, again.What);
            Assert.Contains(other, c => !c.Bytes.AsSpan().SequenceEqual(one.Bytes));
            FuzzCase Make(int number) => FuzzCase.Make(FuzzFile.Of(reader, material.Path), Seed, number);
        }
    }

    private async Task<List<Outcome>> RunAsync(Reader reader, int cases, TimeSpan? limit = null)
    {
        var outcomes = new List<Outcome>();
        await foreach (var outcome in new FuzzRun(material.Path, Seed) { Limit = limit ?? TimeSpan.FromSeconds(10) }.RunAsync(reader, 0, cases))
            outcomes.Add(outcome);
        return outcomes;
    }
}
