using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Adapters;

/// <summary>
/// Which adapter a generator's runs are with. The library can add an adapter to a generator but take none away; a run takes the
/// last value given for an input, so an adapter is silenced by one that holds a gate of 0, and heard again by a gate of 1.
/// </summary>
internal sealed class ActiveAdapter(AdapterSet adapters, GeneratorHandle generator)
{
    private string? added;
    private bool isSilenced;

    /// <returns>Whether the runs to come are with that adapter, <see langword="null"/> for none.</returns>
    public bool TrySwitch(string? name)
    {
        if (name is null)
        {
            if (added is null || isSilenced)
                return true;
            if (!adapters.HasGate)
                return false;
            Add(AdapterSet.ClosedGate);
            isSilenced = true;
            return true;
        }

        if (added != name)
            Add(name);
        added = name;
        if (isSilenced)
            Add(AdapterSet.OpenGate);
        isSilenced = false;
        return true;
    }

    private void Add(string name) => NativeResult.Check(NativeMethods.OgaSetActiveAdapter(generator, adapters.Handle, name));
}
