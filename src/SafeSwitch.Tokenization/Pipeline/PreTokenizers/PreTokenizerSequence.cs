namespace SafeSwitch.Tokenization.Pipeline.PreTokenizers;

internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> stages) : PreTokenizer
{
    public IReadOnlyList<PreTokenizer> Stages => stages;

    public override void Cut(PipelineText text, int start, int length, IPieceSink sink)
    {
        for (var i = stages.Count - 1; i >= 0; i--)
            sink = new Stage(stages[i], sink);
        sink.Add(text, start, length);
    }

    private sealed class Stage(PreTokenizer stage, IPieceSink next) : IPieceSink
    {
        public void Add(PipelineText text, int start, int length) => stage.Cut(text, start, length, next);
    }
}
