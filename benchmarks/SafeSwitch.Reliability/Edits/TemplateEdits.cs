using System.Text;

namespace SafeSwitch.Reliability.Edits;

/// <summary>Edits of a chat template: pieces of the language where they don't belong, work without end, and plain damage.</summary>
internal static class TemplateEdits
{
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "{% endif %}", "{% endfor %}", "{% else %}", "{% if %}", "{% for x in y %}", "{% raw %}", "{% break %}", "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}",
        "{{ messages }}", "{{ messages[99].role }}", "{{ messages[0].content[::0] }}", "{{ nope.x }}", "{{ nope() }}", "{{ 1/0 }}", "{{ 1//0 }}", "{{ 1%0 }}", "{{ 2**100000 }}", "{{ 'x' * 1000000000 }}",
        "{{ [0] * 100000000 }}", "{{ -9223372036854775808 // -1 }}", "{{ 'x'.__class__ }}", "{{ messages.__init__ }}", "{{ raise_exception('no') }}", "{{ raise_exception() }}", "{{ range(9999999999) }}",
        "{% for i in range(1000000000) %}{% endfor %}", "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "{% set x = namespace() %}{{ x.y }}", "{% set ns.x = 1 %}",
        "{{ '%d' % 'x' }}", "{{ '%999999999d' % 1 }}", "{{ '{0.x[1]}'.format(1) }}", "{{ '{:999999999}'.format(1) }}", "{{ 'x'|center(1000000000) }}", "{{ 'x'|indent(1000000000) }}", "{{ messages|tojson(indent=1000000000) }}",
        "{{ messages|map(attribute='x')|join }}", "{{ messages|sort }}", "{{ messages|groupby('role') }}", "{{ messages|batch(0) }}", "{{ messages|slice(0)|list }}", "{{ none|length }}", "{{ 'x'|int(base=99) }}", "{{ 'x' | nofilter }}",
        "{{ x is notest }}", "{{ strftime_now('%') }}", "{{ strftime_now('%Q%') }}", "{{ 'a'|replace('', 'b', -1) }}", "{{ 'x'.join(messages) }}", "{{ 'é\\x' }}", "{{ '\\ud800' }}", "{% set x = [] %}{% set _ = x.append(x) %}{{ x }}",
        "{% set x = [] %}{% set _ = x.append(x) %}{{ x|tojson }}", "{% set x = [] %}{% set _ = x.append(x) %}{{ x == x }}", "{% generation %}", "{% include 'x' %}", "\0", "\ufeff", "{{ 1e999 }}", "{{ 'x'.split('') }}", "{{ [1,2]|sum(start='x') }}",
    ];

    public static Edit Any(byte[] file, Random random)
    {
        var text = Encoding.UTF8.GetString(file);
        switch (random.Next(10))
        {
            case 0:
                return ByteEdits.Any(file, random);
            case 1:
                var depth = 1 << random.Next(4, 18);
                var (open, close) = random.Next(5) switch
                {
                    0 => ("(", ")"),
                    1 => ("[", "]"),
                    2 => ("not ", ""),
                    3 => ("{'x': ", "}"),
                    _ => ("-", ""),
                };
                return Insert(text, random.Next(text.Length + 1), "{{ " + string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth)) + " }}", $"{depth} '{open}'");
            case 2:
                var levels = 1 << random.Next(4, 16);
                return Insert(text, 0, string.Concat(Enumerable.Repeat("{% if true %}", levels)) + string.Concat(Enumerable.Repeat("{% endif %}", levels)), $"{levels} nested ifs");
            case 3 or 4:
                var (at, length) = (random.Next(text.Length + 1), random.Next(1, 20));
                length = Math.Min(length, text.Length - at);
                return new Edit(Encoding.UTF8.GetBytes(text.Remove(at, length)), $"'{text.AsSpan(at, length)}' at {at} removed");
            default:
                var piece = Pieces[random.Next(Pieces.Length)];
                // Half of the time between what is there, so that it parses.
                return Insert(text, random.Next(2) == 0 ? (random.Next(2) == 0 ? 0 : text.Length) : random.Next(text.Length + 1), piece, $"'{piece}'");
        }
    }

    private static Edit Insert(string text, int at, string piece, string what) => new(Encoding.UTF8.GetBytes(text.Insert(at, piece)), $"{what} inserted at {at}");
}
