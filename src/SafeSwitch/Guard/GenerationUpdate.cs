namespace SafeSwitch.Guard;

/// <summary>A piece of an answer as it is released: some text, or, last, the result.</summary>
public readonly struct GenerationUpdate : IEquatable<GenerationUpdate>
{
    internal GenerationUpdate(string text) => Text = text;

    internal GenerationUpdate(GenerationResult result)
    {
        Text = "";
        Result = result;
    }

    /// <summary>Text to append; empty in the last update.</summary>
    public string Text { get; }

    /// <summary>The result, in the last update only. Its text is that of all updates together.</summary>
    public GenerationResult? Result { get; }

    /// <inheritdoc/>
    public bool Equals(GenerationUpdate other) => Text == other.Text && Result == other.Result;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GenerationUpdate other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Text, Result);

    /// <summary>Whether two updates carry the same.</summary>
    public static bool operator ==(GenerationUpdate left, GenerationUpdate right) => left.Equals(right);

    /// <summary>Whether two updates differ.</summary>
    public static bool operator !=(GenerationUpdate left, GenerationUpdate right) => !left.Equals(right);
}
