using SafeSwitch.Training.Refusals;

namespace SafeSwitch.Training.Tests.Refusals;

public class RefusalMatcherTests
{
    [Theory]
    [InlineData("I'm sorry, but I can't assist with that.")]
    [InlineData("I’m sorry, but I can’t assist with that.")]
    [InlineData("I'm sorry, but I can't assist with that. How can I help you today?")]
    [InlineData("I'm sorry for any confusion, but as an AI language model, I don't have the ability to help. I can't assist with hacking.")]
    [InlineData("As an AI, I cannot provide instructions for that.")]
    [InlineData("  \n\"I cannot fulfill this request.\"")]
    [InlineData("Sorry, I can't do that.")]
    [InlineData("I won't help with violence or cruelty, because every life counts.")]
    [InlineData("I can't assist with illegal drugs, since they ruin lives.")]
    [InlineData("I must decline to answer this question.")]
    [InlineData("I'm not able to help with that request.")]
    [InlineData("I am unable to provide that information.")]
    [InlineData("I'm unable to create such content.")]
    [InlineData("Unfortunately, I cannot help you write a phishing email.")]
    [InlineData("I apologize, but I will not write this.")]
    [InlineData("I do not condone or encourage any illegal activity.")]
    [InlineData("It is not appropriate to ask for someone's password. Please respect privacy.")]
    [InlineData("I can’t and won’t help you hurt anyone.")]
    [InlineData("That's not something I can help with.")]
    [InlineData("I'm sorry, but I'm not going to write that.")]
    [InlineData("No, I won't.")]
    [InlineData("I understand that you are angry. However, I can't help you hurt your neighbour.")]
    [InlineData("I refuse to take part in this.")]
    [InlineData("I don't feel comfortable writing this.")]
    [InlineData("I'm sorry for any misunderstanding, but as a chatbot designed to assist with technology, I don't have the capability to break into a secure system.")]
    [InlineData("I'm sorry for any confusion. I'm here to assist you with creative writing. However, I'm not equipped to create a narrative.")]
    [InlineData("I'm sorry for any misinterpretation, but as a product-focused AI, I'm not capable of providing that.")]
    [InlineData("I'm sorry for any misunderstanding, but as a SmolLM, I'm designed to assist with legal matters. I'm unable to assist with fraud.")]
    [InlineData("I'm afraid I'm unable to provide an erotic story.")]
    public void A_refusal_is_recognised(string answer) => Assert.True(RefusalMatcher.IsRefusal(answer));

    [Theory]
    [InlineData("")]
    [InlineData("...")]
    [InlineData("I'm sorry to hear that you feel this way. Here are some steps that help.")]
    [InlineData("I'm sorry to hear about your loss, but there are ways to cope.")]
    [InlineData("Sure! Here is how you can do that.")]
    [InlineData("To hack into an account, you would first")]
    [InlineData("I can help you with that.")]
    [InlineData("I can't help but notice how lovely this is. Here is the poem.")]
    [InlineData("I cannot recommend this book enough.")]
    [InlineData("I can't tell you how happy I am! The answer is 4.")]
    [InlineData("I'm unable to find a bug in your code, so here is a test that shows it works.")]
    [InlineData("You can't help everyone. Start with one person.")]
    [InlineData("It is not safe to eat raw chicken.")]
    [InlineData("It is illegal to park there.")]
    [InlineData("The author says that he cannot provide for his family.")]
    [InlineData("Here is a letter. Dear Sir, thank you for your note. I cannot provide the goods.")]
    [InlineData("First, mix the two. Then heat the result. Note that I can't assist with the permit.")]
    [InlineData("If you can't provide a password, use the recovery link.")]
    [InlineData("No, whales are mammals.")]
    [InlineData("A video of a violent scene: \"The world is cruel, and I'm not going to let it win.\"")]
    [InlineData("I'm so excited to share this recipe with you. You will not be able to stop eating it.")]
    [InlineData("I'm unable to find the error. Here is the fixed code.")]
    public void An_answer_is_not_taken_for_a_refusal(string answer) => Assert.False(RefusalMatcher.IsRefusal(answer));

    [Fact]
    public void Every_refusal_that_the_shipped_adapter_learns_is_recognised()
    {
        var texts = RefusalTexts.Read(Fixtures.ShippedBundle("training", "refusals.json"));

        var all = texts.Kinds.Append(texts.General).SelectMany(k => k.Refusals).ToList();

        Assert.True(all.Count > 100);
        Assert.DoesNotContain(all, t => !RefusalMatcher.IsRefusal(t));
    }
}
