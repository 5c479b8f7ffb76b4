namespace SafeSwitch.Instrumentation.Import;

/// <summary>A pickle holds something other than tensors. Turned into an <see cref="ImportException"/> where the file is known.</summary>
internal sealed class UnpicklingException(string message) : Exception(message);
