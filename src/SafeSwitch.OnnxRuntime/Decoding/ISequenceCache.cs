using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>The keys and values of one sequence.</summary>
internal interface ISequenceCache : IDisposable
{
    /// <summary>Binds what every run needs; called for every new binding.</summary>
    void Attach(OrtIoBinding binding);

    /// <summary>Binds what a run needs that goes from <paramref name="past"/> positions to <paramref name="total"/>.</summary>
    void Prepare(OrtIoBinding binding, int past, int total);

    /// <summary>The prepared run succeeded.</summary>
    void Commit();

    /// <summary>Forgets the positions from <paramref name="length"/> on.</summary>
    void Rewind(int length);
}
