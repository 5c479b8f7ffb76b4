namespace SafeSwitch.Backends;

/// <summary>
/// Lets something that many use at once be disposed at any moment: it is closed to new users at once and freed when the last of
/// those it has is gone. For backends, whose native objects must not go while a call uses them. Thread-safe.
/// </summary>
/// <param name="owner">The type that is disposed, for <see cref="ObjectDisposedException"/>.</param>
/// <param name="free">Frees it; called once, by whoever leaves last.</param>
public sealed class SharedLifetime(Type owner, Action free) : IDisposable
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int users = 1;
    private volatile bool isClosed;

    /// <summary>Whether it is disposed, so that nobody else may use it.</summary>
    public bool IsClosed => isClosed;

    /// <summary>Ends when it is freed.</summary>
    public Task Freed => freed.Task;

    /// <summary>Adds a user, who calls <see cref="Release"/> in the end.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public void Acquire()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, owner);
            users++;
        }
    }

    /// <summary>A user is gone.</summary>
    public void Release()
    {
        lock (gate)
        {
            if (--users > 0)
            {
                return;
            }
        }

        try
        {
            free();
        }
        finally
        {
            freed.TrySetResult();
        }
    }

    /// <summary>Admits no further users.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (isClosed)
            {
                return;
            }

            isClosed = true;
        }

        Release();
    }
}
