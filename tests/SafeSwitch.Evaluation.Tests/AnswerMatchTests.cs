using SafeSwitch.Evaluation.Texts;

namespace SafeSwitch.Evaluation.Tests;

public class AnswerMatchTests
{
    [Theory]
    [InlineData("18", "She sells 9 eggs for $2 each and makes $18 every day.")]
    [InlineData("18", "9 * 2 = 18.00")]
    [InlineData("18", "The answer is 18. #### 18")]
    [InlineData("18", "#### 18 (that is 2 times 9)")]
    [InlineData("1,234", "It costs $1234.")]
    [InlineData("1234", "It costs $1,234.")]
    [InlineData("-5", "5 - 10 = -5")]
    [InlineData("5", "that is 10-5")]
    [InlineData("0.5", "They pay $.50")]
    [InlineData("20%", "a rise of 20%")]
    [InlineData("He has 3 + 4 = 7 of them.\n#### 7", "So he has 7")]
    [InlineData("3", "x=3")]
    public void A_number_is_right_where_the_answer_ends_up_with_it(string right, string answer) => Assert.True(AnswerMatch.IsCorrect(answer, right));

    [Theory]
    [InlineData("18", "18 is what some say, but it is 16")]
    [InlineData("18", "")]
    [InlineData("18", "I can't help with that.")]
    [InlineData("18", "180")]
    [InlineData("18", "1.8")]
    [InlineData("18", "-18")]
    [InlineData("18", "18 #### 17")]
    public void Another_number_is_not(string right, string answer) => Assert.False(AnswerMatch.IsCorrect(answer, right));

    [Theory]
    [InlineData("The Beatles", "It was Beatles, of course.")]
    [InlineData("Mount Everest", "The highest is mount   everest!")]
    [InlineData("rock 'n' roll", "She sang Rock 'n' Roll.")]
    [InlineData("The The", "Matt Johnson founded The The.")]
    [InlineData("U.S.A.", "They live in the USA")]
    public void A_text_is_right_where_the_answer_contains_its_words(string right, string answer) => Assert.True(AnswerMatch.IsCorrect(answer, right));

    [Theory]
    [InlineData("art", "the start of it")]
    [InlineData("New York", "York, the new one")]
    [InlineData("Paris", "")]
    public void A_part_of_a_word_or_other_words_are_not(string right, string answer) => Assert.False(AnswerMatch.IsCorrect(answer, right));
}
