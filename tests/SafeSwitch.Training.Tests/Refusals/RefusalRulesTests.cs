using SafeSwitch.Settings;
using SafeSwitch.Training.Refusals;

namespace SafeSwitch.Training.Tests.Refusals;

/// <summary>What a host calls a refusal counts as one, in whatever language; what the matcher can't read is known to be unread.</summary>
public class RefusalRulesTests
{
    [Theory]
    [InlineData("Leider kann ich keine Anlageberatung geben, bitte fragen Sie unser Team.")]
    [InlineData("申し訳ありませんが、投資の助言はできません。")]
    [InlineData("We do not offer investment advice. Please")]
    [InlineData("We do not offer invest")] // cut by the limit of tokens
    [InlineData("I'm sorry, but I can't help with that.")] // the matcher's own
    public void Patterns_and_texts_of_ones_own_count(string answer) =>
        Assert.True(new RefusalRules(["^leider kann ich", "助言はできません"], ["We do not offer investment advice. Please ask our staff."]).IsRefusal(answer));

    [Theory]
    [InlineData("Sure! Leider kann ich is German for: unfortunately I can.")]
    [InlineData("We do not offer discounts, but here is how to save.")]
    [InlineData("We")]
    [InlineData("")]
    public void What_only_resembles_them_does_not(string answer) =>
        Assert.False(new RefusalRules(["^leider kann ich"], ["We do not offer investment advice. Please ask our staff.", "No."]).IsRefusal(answer));

    [Fact]
    public void A_pattern_that_is_none_is_named() =>
        Assert.Contains("'(leider'", Assert.Throws<SettingsException>(() => new RefusalRules(["(leider"], [])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Es tut mir leid, aber dabei kann ich nicht helfen.", true)]
    [InlineData("Je suis désolé, mais je ne peux pas vous aider avec cela.", true)]
    [InlineData("Lo siento, pero no puedo ayudar con eso.", true)]
    [InlineData("申し訳ありませんが、お手伝いできません。", true)]
    [InlineData("Извините, я не могу помочь.", true)]
    [InlineData("I'm sorry, but I can't help with that.", false)]
    [InlineData("To bake bread, mix the flour with water and let it rest for an hour.", false)]
    [InlineData("def add(a, b): return a + b", false)]
    [InlineData("The word for bread in German is 'Brot'.", false)]
    [InlineData("42", false)]
    [InlineData("", false)]
    public void Other_languages_are_told_from_English(string text, bool isOther) => Assert.Equal(isOther, EnglishText.IsOther(text));

    [Fact]
    public void A_pattern_that_never_ends_is_told_by_name()
    {
        var error = Assert.Throws<SettingsException>(() => new RefusalRules(["(a+)+$"], []).IsRefusal(new string('a', 300) + "!"));
        Assert.Contains("'(a+)+$', which backtracks", error.Message, StringComparison.Ordinal);
    }
}
