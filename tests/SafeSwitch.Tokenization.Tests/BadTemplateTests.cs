using System.Text.Json.Nodes;

namespace SafeSwitch.Tokenization.Tests;

/// <summary>A bad or hostile template ends in a typed error that says where; it never crashes or hangs.</summary>
public class BadTemplateTests
{
    /// <summary>Two equal values of sixty levels, each level holding the one below twice: little is built, but to read all of it takes forever.</summary>
    private const string Doubled =
        "{% set ns = namespace(x=(1,), y=(1,)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% set ns.y = (ns.y, ns.y) %}{% endfor %}";

    private static readonly TemplateOptions Small = new() { MaximumSteps = 200_000, MaximumLength = 1_000_000 };

    [Fact]
    public void An_error_says_where()
    {
        var error = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("line one\n  {{ messages[ }}\nline three", "file.jinja"));
        Assert.Equal((2, 16), (error.Line, error.Column));
        Assert.Equal("  {{ messages[ }}", error.SourceLine);
        Assert.Equal("file.jinja", error.Template);
        Assert.StartsWith("file.jinja(2,16): ", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ChatTemplateException>(() => Render("a\n{% for m in messages %}\n{{ m.content + 1 }}{% endfor %}"));
        Assert.Equal((3, "{{ m.content + 1 }}{% endfor %}"), (error.Line, error.SourceLine));
        error = Assert.Throws<ChatTemplateException>(() => Render("{{ raise_exception('no ' ~ 'way') }}"));
        Assert.Equal("no way", error.Reason);
    }

    [Theory]
    [InlineData("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}")]
    [InlineData("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}")]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{{ 'x' * 10000000000 }}")]
    [InlineData("{{ [1] * 10000000000 }}")]
    [InlineData("{{ 'x'.center(10000000000) }}")]
    [InlineData("{{ '%1000000000d' % 1 }}")]
    [InlineData("{{ '{:1000000000}'.format(1) }}")]
    [InlineData("{{ 10 ** 10000000 }}")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x.replace('a', 'aaaa') %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(20000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x|tojson }}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(20000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace(x=9) %}{% for i in range(100000) %}{% set ns.x = ns.x * ns.x %}{% endfor %}")]
    [InlineData("{% for i in range(100000) %}0123456789012345{% endfor %}")]
    [InlineData(Doubled + "{{ ns.x }}")]
    [InlineData(Doubled + "{{ ns.x ~ 1 }}")]
    [InlineData(Doubled + "{{ ns.x|string }}")]
    [InlineData(Doubled + "{{ ns.x|tojson }}")]
    [InlineData(Doubled + "{{ ns.x|wordcount }}")]
    [InlineData(Doubled + "{{ ns.x == ns.y }}")]
    [InlineData(Doubled + "{{ ns.x in [ns.y] }}")]
    [InlineData(Doubled + "{{ [ns.x, ns.y]|sort }}")]
    [InlineData(Doubled + "{{ [ns.x, ns.y]|max }}")]
    [InlineData(Doubled + "{{ [ns.x].count(ns.y) }}")]
    [InlineData(Doubled + "{{ {ns.x: 1} }}")]
    [InlineData("{% set ns = namespace(x=namespace()) %}{% for i in range(60) %}{% set ns.x = namespace(a=ns.x, b=ns.x) %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}")]
    [InlineData("{% set l = range(90000)|list %}{% for i in range(50000) %}{% if -1 in l %}{% endif %}{% endfor %}")]
    [InlineData("{% set l = range(90000)|list %}{% for i in range(50000) %}{% set x = l|last %}{% endfor %}")]
    [InlineData("{% set t = 'x' * 900000 %}{% for i in range(50000) %}{% if t.upper() %}{% endif %}{% endfor %}")]
    public void A_hostile_template_runs_into_a_limit(string source) => Assert.Throws<ChatTemplateException>(() => Render(source));

    [Theory]
    [InlineData("{{ [0] * 100000000 }}")]
    [InlineData("{% set ns = namespace(l=[0]) %}{% for i in range(27) %}{% set ns.l = ns.l + ns.l %}{% endfor %}")]
    [InlineData("{% set l = range(90000)|list %}{% for i in range(50) %}{% set x = l[:] + l[::-1] %}{% endfor %}")]
    [InlineData("{{ ('a' * 16000000)|list|length }}")]
    [InlineData("{{ ('a' * 16000000)|sort|length }}")]
    [InlineData("{{ ('a' * 16000000)|slice(2)|list|length }}")]
    [InlineData("{{ ('a' * 16000000)|groupby('x')|length }}")]
    [InlineData("{{ ('a' * 16000000)|unique|list|length }}")]
    [InlineData("{{ [1]|batch(100000000, 0)|list|length }}")]
    [InlineData("{{ ('a' * 16000000).split('a')|length }}")]
    [InlineData("{{ ('a' * 16000000).rsplit('a')|length }}")]
    [InlineData("{{ ('a ' * 8000000).split()|length }}")]
    [InlineData("{{ ('\\n' * 16000000).splitlines()|length }}")]
    [InlineData("{% for c in 'a' * 16000000 %}{% endfor %}")]
    [InlineData("{% macro m() %}{{ varargs|length }}{% endmacro %}{{ m(*('a' * 16000000)) }}")]
    [InlineData("{{ dict(['a' * 16000000]) }}")]
    public void A_list_takes_steps_not_memory(string source)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source).Render([]));

        // Texts of 32 MB are built on the way, some of them twice; a million items are sorted by a key each; lists of all characters would take gigabytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 600_000_000);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("-", "")]
    [InlineData("not ", "")]
    [InlineData("x[", "]")]
    [InlineData("x if x else ", "")]
    public void Deep_nesting_is_refused(string open, string close)
    {
        const int Depth = 200_000;
        var source = "{{ " + string.Concat(Enumerable.Repeat(open, Depth)) + "1" + string.Concat(Enumerable.Repeat(close, Depth)) + " }}";
        Assert.Throws<ChatTemplateException>(() => Render(source));
    }

    [Fact]
    public void Deep_blocks_are_refused()
    {
        const int Depth = 100_000;
        Assert.Throws<ChatTemplateException>(() => Render(string.Concat(Enumerable.Repeat("{% if 1 %}", Depth)) + string.Concat(Enumerable.Repeat("{% endif %}", Depth))));
    }

    [Theory]
    [InlineData("0", " + 1", "200")]
    [InlineData("' x '", "|trim", "x")]
    public void A_chain_is_rendered_and_one_that_would_fill_the_stack_refused(string first, string link, string rendered)
    {
        Assert.Equal(rendered, Render(Chain(200)));

        // A stack of one size, whatever the machine gives its threads.
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(() => Render(Chain(100_000))), maxStackSize: 1 << 20);
        thread.Start();
        thread.Join();
        Assert.Contains("nests too deeply", Assert.IsType<ChatTemplateException>(error).Reason, StringComparison.Ordinal);

        string Chain(int links) => "{{ " + first + string.Concat(Enumerable.Repeat(link, links)) + " }}";
    }

    [Fact]
    public void A_template_of_ten_megabytes_is_read()
    {
        var text = new string('x', 10 * 1024 * 1024);
        Assert.Equal(text.Length, ChatTemplate.Parse(text).Render([]).Text.Length);
        var tags = string.Concat(Enumerable.Repeat("{{ 1 }}{# c #}\n", 10 * 1024 * 1024 / 15));
        var manySteps = new TemplateOptions { MaximumSteps = 10_000_000 };
        Assert.Equal(10 * 1024 * 1024 / 15, ChatTemplate.Parse(tags).Render([], manySteps).Text.Count(c => c == '1'));
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(new string('{', 10 * 1024 * 1024)));
    }

    [Fact]
    public void Every_prefix_of_a_template_parses_or_is_refused()
    {
        var source = ShippedModel.Tokenizer.Template!.Source + "{% macro m(a, b=1) %}{{ a|join('x', y=[1, 2][0:1]) if b is not none else {} }}{% endmacro %}{% raw %}{{{% endraw %}{#- c -#}";
        var refused = 0;
        for (var length = 0; length < source.Length; length++)
        {
            try
            {
                Assert.NotNull(Render(source[..length]));
            }
            catch (ChatTemplateException e)
            {
                refused++;
                Assert.NotEmpty(e.Reason);
                Assert.InRange(e.Line, 1, source[..length].Count(c => c == '\n') + 1);
            }
        }

        // Those that end outside of a block are templates too; most end inside one.
        Assert.InRange(refused, source.Length / 2, source.Length - 2);
        Assert.Contains("hi", Render(source), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\uD800 half")]
    [InlineData("\0\u0001\u007F")]
    [InlineData("\u202Eright to left \u05E9\u05DC\u05D5\u05DD")]
    [InlineData("e\u0301\u0327\u0301\u0301")]
    [InlineData("👩‍👩‍👧‍👦")]
    public void Odd_text_passes_through_unchanged(string text)
    {
        Assert.Equal(text, Render("{{ messages[0].content }}", text));
        Assert.Equal(text, Render("{{ messages[0].content[:] }}{{ messages[0].content[::-1][:0] }}", text));
        Assert.Equal(text, Render("{% for c in messages[0].content %}{{ c }}{% endfor %}", text));
        Render("{{ messages[0].content|tojson }}{{ [messages[0].content] }}{{ messages[0].content|title|upper|lower|capitalize|length }}", text);
    }

    [Fact]
    public void The_limits_are_those_of_the_options()
    {
        const string Template = "{% for i in range(1000) %}ab{% endfor %}";
        Assert.Equal(2_000, Render(Template).Length);
        Assert.Contains("500 steps", Refused(new TemplateOptions { MaximumSteps = 500 }), StringComparison.Ordinal);
        Assert.Contains("1999 characters", Refused(new TemplateOptions { MaximumLength = 1_999 }), StringComparison.Ordinal);
        Assert.Equal(1_000_000, TemplateOptions.Default.MaximumSteps);
        Assert.Equal(32 * 1024 * 1024, TemplateOptions.Default.MaximumLength * sizeof(char));

        static string Refused(TemplateOptions options) =>
            Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(Template).Render([], options)).Reason;
    }

    [Fact]
    public void Deep_json_is_refused()
    {
        JsonNode node = new JsonArray();
        for (var i = 0; i < 50; i++)
            node = new JsonArray(node);
        Assert.Equal(102, ChatTemplate.Parse("{{ x }}").RenderVariables(new JsonObject { ["x"] = node }).Text.Length);
    }

    private static string Render(string source, string content = "hi") => ChatTemplate.Parse(source).Render([new TemplateMessage("user", content)], Small).Text;
}
