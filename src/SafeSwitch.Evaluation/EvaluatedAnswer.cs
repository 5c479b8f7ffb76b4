using SafeSwitch.Guard;

namespace SafeSwitch.Evaluation;

/// <summary>One answer to one row.</summary>
public sealed record EvaluatedAnswer
{
    /// <summary>The answer, as far as it was decoded.</summary>
    public required string Text { get; init; }

    /// <summary>Its tokens, without the one that ended it.</summary>
    public required int Tokens { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason FinishReason { get; init; }

    /// <summary>Milliseconds of decoding.</summary>
    public required double DecodeMs { get; init; }

    /// <summary>Whether the matcher calls it a refusal.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Whether a refusal reads like a person's, see <see cref="RefusalFluency"/>; <see langword="null"/> for what is none.</summary>
    public bool? IsFluent { get; init; }

    /// <summary>Whether it names what the request is about; <see langword="null"/> for what is no refusal, and where no refusal texts say.</summary>
    public bool? NamesTopic { get; init; }

    /// <summary>Whether it is right, see <see cref="Utility.AnswerMatch"/>; <see langword="null"/> where the row doesn't say what is.</summary>
    public bool? IsCorrect { get; init; }
}
