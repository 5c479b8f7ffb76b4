namespace SafeSwitch.Tokenization.Pipeline;

/// <summary>Takes the pieces that a stage cuts a text into, in order.</summary>
internal interface IPieceSink
{
    void Add(PipelineText text, int start, int length);
}
