namespace SafeSwitch.Instrumentation.Import;

/// <summary>The functions that saved tensors name; each is answered with a plain value.</summary>
internal enum TorchCall
{
    /// <summary>An empty dictionary.</summary>
    OrderedDictionary,

    /// <summary>A view of a storage.</summary>
    Tensor,

    /// <summary>A tensor that is trained: the tensor itself.</summary>
    Parameter,
}
