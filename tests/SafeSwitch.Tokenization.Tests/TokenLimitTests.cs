using CsCheck;
using SafeSwitch.Tests;

namespace SafeSwitch.Tokenization.Tests;

/// <summary>A text that can't fit is given up at the cost of what could, and one that fits is encoded as without a limit.</summary>
public class TokenLimitTests
{
    private const int Context = 8_192;
    private const int Enormous = 100_000_000;

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[0, 60],
        Gen.String[Gen.Char[' ', '~'], 0, 60],
        Gen.OneOf(Gen.Const("a\u0301\u0327"), Gen.Const("ᾂ"), Gen.Const("각"), Gen.Const("   "), Gen.Const("<|im_end|>"), Gen.Const("====")).Array[0, 12].Select(string.Concat));

    private static ModelTokenizer Model => ShippedModel.Tokenizer;

    public static TheoryData<char> Kinds => ['a', ' ', '\n', '7', '\uD800', '\u0301', '語', '\0'];

    [Theory, MemberData(nameof(Kinds))]
    public void A_prompt_of_a_hundred_million_characters_costs_no_more_than_its_context(char character)
    {
        var text = new string(character, Enormous);
        TemplateMessage[] messages = [new("system", "Be brief."), new("user", text)];
        Model.EncodeChat([new("user", "warm")], tokenLimit: Context);
        AssertGivenUp(() => Model.EncodeChat(messages, tokenLimit: Context));
        AssertGivenUp(() => Model.Tokenizer.Encode(text, tokenLimit: Context));
        AssertGivenUp(() => Model.Tokenizer.EncodeContent(text, tokenLimit: Context));
    }

    [Theory]
    [InlineData("{% for m in messages %}{{ m.content|trim }}{% endfor %}")]
    [InlineData("{% for m in messages %}{{ '<' + m['content'].strip() + '>' }}{% endfor %}")]
    [InlineData("{% for m in messages %}{{ m.content.split('x')[-1] }}{% endfor %}")]
    [InlineData("{% for m in messages %}{% if '<think>' in m.content %}y{% endif %}{{ m.content ~ '!' }}{% endfor %}")]
    [InlineData("{% for m in messages %}{{ m.content|replace('a', 'b')|upper }}{% endfor %}")]
    [InlineData("{% for m in messages %}{{ m|tojson }}{% endfor %}")]
    [InlineData("{{ messages }}")]
    [InlineData("{% for m in messages %}{% for c in m.content %}{{ c }}{% endfor %}{% endfor %}")]
    public void So_it_does_whatever_the_template_makes_of_it(string template)
    {
        using var folder = new TemporaryFolder();
        File.Copy(Fixtures.Repository("models", "smollm2-135m-instruct", "tokenizer.json"), folder.File("tokenizer.json"));
        File.WriteAllText(folder.File("chat_template.jinja"), template);
        var model = ModelTokenizer.Load(folder.Path);
        TemplateMessage[] messages = [new("user", new string('a', Enormous))];
        model.EncodeChat([new("user", "warm")], tokenLimit: Context);
        AssertGivenUp(() => model.EncodeChat(messages, tokenLimit: Context));
    }

    [Fact]
    public void A_text_that_fits_is_encoded_as_without_a_limit() => Text.Sample(text =>
    {
        var ids = Model.Tokenizer.Encode(text);
        Assert.Equal(ids, Model.Tokenizer.Encode(text, tokenLimit: ids.Length));
        if (ids.Length == 0)
            return;
        var error = Assert.Throws<TokenLimitException>(() => Model.Tokenizer.Encode(text, tokenLimit: ids.Length - 1));
        Assert.Equal(ids.Length - 1, error.TokenLimit);
        Assert.InRange(error.MinimumTokens, 1, ids.Length);
    });

    [Fact]
    public void A_prompt_that_fits_is_encoded_as_without_a_limit() => Text.Sample(text =>
    {
        TemplateMessage[] messages = [new("user", text)];
        var prompt = Model.EncodeChat(messages);
        Assert.Equal(prompt.Ids, Model.EncodeChat(messages, tokenLimit: prompt.Ids.Length).Ids);
        Assert.Throws<TokenLimitException>(() => Model.EncodeChat(messages, tokenLimit: prompt.Ids.Length - 1));
    });

    [Theory]
    [InlineData("made-llama3-style")]
    [InlineData("made-metaspace")]
    public void No_token_stands_for_more_than_the_longest(string family)
    {
        var model = TokenizerModel.LoadFile(Path.Combine(Fixtures.Tokenizer(family), "tokenizer.json"));
        Text.Sample(text => Assert.True(text.Length <= (long)model.EncodeContent(text).Length * model.LongestToken));
    }

    [Fact]
    public void A_failing_template_is_not_taken_for_a_long_prompt()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Model.EncodeChat([new("user", "x")], tokenLimit: -1));
        Assert.Throws<ChatTemplateException>(() => Model.EncodeChat([new("user", "x")], new TemplateOptions { MaximumSteps = 3 }, tokenLimit: Context));
        Assert.Throws<ChatTemplateException>(() => Model.EncodeChat([new("user", new string('x', 100))], new TemplateOptions { MaximumLength = 10 }, tokenLimit: Context));
    }

    private static void AssertGivenUp(Action encode)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<TokenLimitException>(encode);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
        Assert.InRange(error.MinimumTokens, Context + 1, Enormous);
    }
}
