namespace SafeSwitch.Instrumentation.Import;

/// <summary>A tensor of a <c>.pth</c> file.</summary>
/// <param name="Storage">Where its numbers are.</param>
/// <param name="Offset">First element in the storage.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Strides">Elements from one index to the next, by dimension.</param>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides)
{
    public long Count => Shape.Aggregate(1L, (product, dim) => checked(product * dim));

    /// <summary>One past the last element that the tensor reaches.</summary>
    public long End => Count == 0 ? Offset : checked(Offset + 1 + Shape.Zip(Strides, (dim, stride) => (dim - 1) * stride).Sum());
}
