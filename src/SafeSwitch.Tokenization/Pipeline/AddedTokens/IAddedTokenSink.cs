namespace SafeSwitch.Tokenization.Pipeline.AddedTokens;

/// <summary>Takes added tokens and the text between them, in order.</summary>
internal interface IAddedTokenSink
{
    void AddText(PipelineText text, int start, int length);

    /// <summary>A token and its own text, without the white space that it may have swallowed.</summary>
    void AddToken(AddedToken token, PipelineText text, int start, int end);
}
