using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>
/// Keeps processes that work in one folder of states out of each other's way. A lock is an open file: however its process ends,
/// the system gives it up, so a killed run blocks no other. The empty files stay: deleting them would race with opening them.
/// </summary>
internal static class StatesLock
{
    private const string Folder = ".lock";
    private const string Judging = ".judge.lock";
    private const string CommonFiles = ".files.lock";

    private static readonly TimeSpan MostWaiting = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>For a run that collects one part: others may collect other parts, none may judge.</summary>
    /// <exception cref="DataException">Another run has this part, or judges.</exception>
    public static IDisposable ForPart(string folder, (int Part, int Of) shard)
    {
        Directory.CreateDirectory(folder);
        var shared = Open(folder, Folder, isExclusive: false)
            ?? throw new DataException($"'{folder}': its answers are being judged by another process; wait for it, or end it.");
        if (!IsFree(folder, Judging))
        {
            shared.Dispose();
            throw new DataException($"'{folder}': its answers are being judged by another process; wait for it, or end it.");
        }

        if (Open(folder, $".{shard.Part}-of-{shard.Of}.lock", isExclusive: true) is { } part)
            return new Both(part, shared);
        shared.Dispose();
        throw new DataException(
            $"'{folder}': another process collects part {shard.Part}/{shard.Of} into it; wait for it, end it, or give each process a part of its own.");
    }

    /// <summary>For a run that judges: alone in the folder.</summary>
    /// <exception cref="DataException">Another run collects, or judges.</exception>
    public static IDisposable ForJudging(string folder)
    {
        if (Open(folder, Folder, isExclusive: true) is { } all)
        {
            if (Open(folder, Judging, isExclusive: true) is { } judging)
                return new Both(judging, all);
            all.Dispose();
        }

        throw new DataException($"'{folder}': another process collects into it or judges it; wait for it, or end it.");
    }

    /// <summary>For a run that judges one part: others may judge other parts, none may collect.</summary>
    /// <exception cref="DataException">Another run collects, judges all, or has this part.</exception>
    public static IDisposable ForJudging(string folder, (int Part, int Of) shard)
    {
        if (shard.Of == 1)
            return ForJudging(folder);
        var shared = Open(folder, Judging, isExclusive: false);
        if (shared is not null && IsFree(folder, Folder))
        {
            if (Open(folder, $".judge-{shard.Part}-of-{shard.Of}.lock", isExclusive: true) is { } part)
                return new Both(part, shared);
            shared.Dispose();
            throw new DataException($"'{folder}': another process judges part {shard.Part}/{shard.Of} of it; wait for it, end it, or give each process a part of its own.");
        }

        shared?.Dispose();
        throw new DataException($"'{folder}': another process collects into it or judges it; wait for it, or end it.");
    }

    /// <summary>For the moment in which files of all parts are read and written again; waits for others.</summary>
    /// <exception cref="DataException">Others took too long.</exception>
    public static IDisposable ForCommonFiles(string folder)
    {
        for (var waited = TimeSpan.Zero; waited < MostWaiting; waited += Pause)
        {
            if (Open(folder, CommonFiles, isExclusive: true) is { } found)
                return found;
            Thread.Sleep(Pause);
        }

        throw new DataException($"'{folder}': another process has held '{CommonFiles}' for a minute; end it, then try again.");
    }

    // Whoever looks holds it for a moment, and others may be looking.
    private static bool IsFree(string folder, string name)
    {
        for (var waited = TimeSpan.Zero; waited < Glance; waited += Pause)
        {
            if (Open(folder, name, isExclusive: true) is { } found)
            {
                found.Dispose();
                return true;
            }

            Thread.Sleep(Pause);
        }

        return false;
    }

    private static FileStream? Open(string folder, string name, bool isExclusive)
    {
        var path = Path.Combine(folder, name);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, isExclusive ? FileAccess.ReadWrite : FileAccess.Read, isExclusive ? FileShare.None : FileShare.Read);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && File.Exists(path))
        {
            return null;
        }
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
