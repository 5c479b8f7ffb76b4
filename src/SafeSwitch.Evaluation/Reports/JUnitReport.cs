using System.Globalization;
using System.Xml.Linq;
using SafeSwitch.Evaluation.Figures;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>The goals of a suite as tests in JUnit's form, which build servers show: a goal that is missed is a failure.</summary>
internal static class JUnitReport
{
    public static string Write(EvaluationReport report)
    {
        var goals = report.Summary.Goals;
        var suite = new XElement(
            "testsuite",
            new XAttribute("name", report.Title),
            new XAttribute("tests", goals.Count),
            new XAttribute("failures", goals.Count(g => g.Missed is not null)),
            goals.Select(g => Case(report, g)));
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{new XElement("testsuites", suite)}\n";
    }

    private static XElement Case(EvaluationReport report, GoalOutcome goal) => new(
        "testcase",
        new XAttribute("classname", report.Model),
        new XAttribute("name", string.Create(CultureInfo.InvariantCulture, $"{goal.Name}: {GoalTable.Asked(goal)}")),
        goal.Missed is { } reason
            ? new XElement("failure", new XAttribute("message", $"{GoalTable.Found(goal)}: {reason}"))
            : null);
}
