using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Shared;

/// <summary>The folder that trained parts go to.</summary>
internal static class InstrumentedFolder
{
    /// <exception cref="DataException">There is no such folder.</exception>
    public static string Check(string folder) => Directory.Exists(folder)
        ? folder
        : throw new DataException($"'{folder}': no such folder, expected an instrumented model.") { StepToRun = BuildStep.Instrument };
}
