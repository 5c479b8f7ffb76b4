using System.ComponentModel.DataAnnotations;
using System.Reflection;
using CsCheck;
using SafeSwitch.Auditing;
using SafeSwitch.Classifying;
using SafeSwitch.Guard;
using SafeSwitch.Hosting;
using SafeSwitch.Policies;
using SafeSwitch.Sampling;
using SafeSwitch.Settings;

namespace SafeSwitch.Tests.Settings;

/// <summary>Every number that a host sets has a range, which its default keeps and nothing outside does.</summary>
public sealed class DeclaredRangesTests
{
    private static readonly Func<ICheckedSettings>[] Defaults =
        [() => new SafetyPolicy(), () => new PolicyGuard(), () => new SafeSwitchOptions(), () => new SamplingOptions(), () => new AuditFileOptions(), () => new JudgeOptions()];

    public static TheoryData<int, string> Numbers =>
    [
        .. Defaults.SelectMany((make, i) => make().GetType().GetProperties()
            .Where(p => p.CanWrite && p.Name != nameof(SamplingOptions.Seed) && IsNumber(p.PropertyType))
            .Select(p => (i, p.Name))),
    ];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Every_number_has_a_range(int type, string name)
    {
        var property = Defaults[type]().GetType().GetProperty(name)!;
        var range = property.GetCustomAttribute<RangeAttribute>();
        Assert.True(range is not null, $"{name} says no range");
        Assert.DoesNotContain(Defaults[type]().Check(), p => p.Setting == name);

        var (least, most) = (Convert.ToDouble(range.Minimum), Convert.ToDouble(range.Maximum));
        Gen.Double[-1e9, 1e9].Where(v => v < least || v > most).Sample(AssertRefused, iter: 20);
        AssertRefused(least - 1);
        if (range.MinimumIsExclusive)
            AssertRefused(least);
        if (property.PropertyType == typeof(double) || property.PropertyType == typeof(float))
        {
            foreach (var wrong in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity])
                AssertRefused(wrong);
        }

        void AssertRefused(double value)
        {
            var kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var boxed = kind == typeof(int) ? (int)Math.Truncate(value) : kind == typeof(long) ? (long)Math.Truncate(value) : Convert.ChangeType(value, kind);
            if (DeclaredRanges.Holds(range, Convert.ToDouble(boxed)))
                return;
            var options = Defaults[type]();
            property.SetValue(options, boxed);
            var problem = Assert.Single(options.Check(), p => p.Setting == name);
            Assert.StartsWith(DeclaredRanges.Describe(range), problem.Expected, StringComparison.Ordinal);
        }
    }

    /// <summary>A name in a file is that of its property there, wherever it comes from.</summary>
    [Fact]
    public void Options_within_options_are_named_as_files_name_them()
    {
        var problem = Assert.Single(DeclaredRanges.ProblemsOf(new Holder { Policy = new SafetyPolicy { WatchEvery = -1 } }));
        Assert.Equal(("policy.watch_every", "-1", "a number in [0, 1024]"), (problem.Setting, problem.Found, problem.Expected));
    }

    [Fact]
    public void A_request_s_number_of_tokens_is_checked_by_its_range() => Assert.Equal(
        new SettingProblem(nameof(GenerationRequest.MaxNewTokens), "0", "at least 1"),
        Assert.Single(DeclaredRanges.CheckFlat(new GenerationRequest { Messages = [], MaxNewTokens = 0 }, [])));

    private static bool IsNumber(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: false } kind
        && Type.GetTypeCode(kind) is TypeCode.Int32 or TypeCode.Int64 or TypeCode.Single or TypeCode.Double;

    private sealed class Holder
    {
        public SafetyPolicy? Policy { get; init; }
    }
}
