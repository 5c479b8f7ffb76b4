using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>Runs the graph on what is bound, again and again, and can be stopped.</summary>
internal sealed class GraphRun : IDisposable
{
    private static readonly Action<object?> RequestTermination = static state => ((RunOptions)state!).Terminate = true;

    private readonly InferenceSession session;
    private readonly RunOptions options = new();

    public GraphRun(InferenceSession session)
    {
        this.session = session;
        Binding = session.CreateIoBinding();
        // Ending a run on request isn't a fault worth a line on standard error.
        options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
    }

    public OrtIoBinding Binding { get; }

    /// <exception cref="OperationCanceledException">It was cancelled, or terminated.</exception>
    /// <exception cref="SafeSwitchException">ONNX Runtime failed.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        // RunWithBinding ignores the adapters of the run options: they are bound as inputs.
        try
        {
            using (cancellationToken.UnsafeRegister(RequestTermination, options))
                session.RunWithBinding(options, Binding);
        }
        catch (OnnxRuntimeException e)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                options.Terminate = false;
                throw new OperationCanceledException("The run was cancelled.", e, cancellationToken);
            }

            if (options.Terminate)
                throw new OperationCanceledException("The run was ended.", e);
            throw new SafeSwitchException($"ONNX Runtime failed: {e.Message}", e);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            // It came too late to end the run.
            options.Terminate = false;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Has a run that is under way end soon, and every later one at once.</summary>
    public void Terminate() => options.Terminate = true;

    public void Dispose()
    {
        Binding.Dispose();
        options.Dispose();
    }
}
