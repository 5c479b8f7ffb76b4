using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Tests.Pipeline;

public sealed class StepCacheTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cache-").FullName;

    [Fact]
    public void A_step_need_not_run_again_while_inputs_and_files_are_the_same()
    {
        var file = Path.Combine(folder, "out.bin");
        File.WriteAllText(file, "made");
        var cache = new StepCache<Result>(folder, "step");
        Assert.Null(cache.Find("inputs", [file]));

        cache.Keep("inputs", [file], new Result("found", 3));

        Assert.Equal(new Result("found", 3), cache.Find("inputs", [file]));
        Assert.Null(cache.Find("other inputs", [file]));
        File.WriteAllText(file, "edited");
        Assert.Null(cache.Find("inputs", [file]));
        File.Delete(file);
        Assert.Null(cache.Find("inputs", [file]));
    }

    [Fact]
    public void A_damaged_entry_makes_the_step_run_again()
    {
        var cache = new StepCache<Result>(folder, "step");
        cache.Keep("inputs", [], new Result("found", 3));
        File.WriteAllText(Path.Combine(folder, "step.step.json"), "{\"inputs\": ");

        Assert.Null(cache.Find("inputs", []));
    }

    [Fact]
    public void Keys_tell_inputs_apart()
    {
        Assert.Equal(CacheKey.Of("a", new Result("x", 1)), CacheKey.Of("a", new Result("x", 1)));
        Assert.NotEqual(CacheKey.Of("a", new Result("x", 1)), CacheKey.Of("a", new Result("x", 2)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private sealed record Result(string Text, int Number);
}
