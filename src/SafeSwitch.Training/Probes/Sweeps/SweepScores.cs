using System.Runtime.InteropServices;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>
/// Log-odds that trained networks gave the rows of a sweep. They are all that its figures need, and small: kept in a folder,
/// they let an interrupted sweep resume, and another sweep share its networks.
/// </summary>
internal sealed class SweepScores(string? folder, string states, ProbeTrainingOptions training, int rows)
{
    private readonly Dictionary<string, float[]> known = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>The scores of some rows of some states, those that a folder has already among them.</summary>
    public static SweepScores For(IProbeStates states, IReadOnlyCollection<int> rows, SweepOptions options) => new(
        options.WorkFolder, options.WorkFolder is null ? "" : CacheKey.Of([options.StatesFingerprint, .. states.Rows]), options.Training, rows.Count);

    public float[] Of(SweepFold fold, ProbeMemberDesign network, int copy)
    {
        lock (gate)
            return known[Key(fold, network, copy)];
    }

    /// <summary>Whether they are known already, from this run or an earlier one.</summary>
    public bool Has(SweepFold fold, ProbeMemberDesign network, int copy)
    {
        var key = Key(fold, network, copy);
        lock (gate)
        {
            if (known.ContainsKey(key))
                return true;
            if (folder is null || Read(PathOf(key)) is not { } scores)
                return false;
            known[key] = scores;
            return true;
        }
    }

    public void Keep(SweepFold fold, ProbeMemberDesign network, int copy, float[] scores)
    {
        var key = Key(fold, network, copy);
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            AtomicFile.WriteAt(PathOf(key), path => File.WriteAllBytes(path, MemoryMarshal.AsBytes<float>(scores)));
        }

        lock (gate)
            known[key] = scores;
    }

    private float[]? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        var bytes = File.ReadAllBytes(path);
        return bytes.Length == rows * sizeof(float) ? MemoryMarshal.Cast<byte, float>(bytes).ToArray() : null;
    }

    private string PathOf(string key) => Path.Combine(folder!, key + ".log-odds");

    // Threads don't change what is trained.
    private string Key(SweepFold fold, ProbeMemberDesign network, int copy) => CacheKey.Of(
        states, fold.Sources.Order(StringComparer.Ordinal).ToArray(), network with { Copies = 1, Hidden = network.HiddenOrDefault }, copy,
        training with { Threads = 0 }, ToolVersion.Text)[..32];
}
