using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Tests.Pipeline;

public sealed class StepStampTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("stamp-").FullName;

    [Fact]
    public void A_step_stands_while_inputs_and_files_are_the_same()
    {
        var file = Path.Combine(folder, "out.bin");
        File.WriteAllText(file, "made");
        var stamp = new StepStamp<Result>(folder, "step");
        Assert.Null(stamp.Standing("inputs", [file]));

        stamp.Keep("inputs", [file], new Result("found", 3));

        Assert.Equal(new Result("found", 3), stamp.Standing("inputs", [file]));
        Assert.Null(stamp.Standing("other inputs", [file]));
        File.WriteAllText(file, "edited");
        Assert.Null(stamp.Standing("inputs", [file]));
        File.Delete(file);
        Assert.Null(stamp.Standing("inputs", [file]));
    }

    [Fact]
    public void A_damaged_stamp_makes_the_step_run_again()
    {
        var stamp = new StepStamp<Result>(folder, "step");
        stamp.Keep("inputs", [], new Result("found", 3));
        File.WriteAllText(Path.Combine(folder, "step.step.json"), "{\"inputs\": ");

        Assert.Null(stamp.Standing("inputs", []));
    }

    [Fact]
    public void Digests_tell_inputs_apart()
    {
        Assert.Equal(InputDigest.Of("a", new Result("x", 1)), InputDigest.Of("a", new Result("x", 1)));
        Assert.NotEqual(InputDigest.Of("a", new Result("x", 1)), InputDigest.Of("a", new Result("x", 2)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private sealed record Result(string Text, int Number);
}
