using System.CommandLine;
using SafeSwitch.Reliability.Material;

namespace SafeSwitch.Reliability.Soak;

/// <summary>Hours of a busy host in minutes: many requests at once, most of them behaving badly; answers are checked and memory is watched.</summary>
internal static class SoakCommand
{
    public static Command Create()
    {
        var minutes = new Argument<double>("minutes") { Description = "How long, besides loading and the answers alone." };
        var bundle = new Option<string>("--bundle") { Description = "A bundle's folder, or `small` for one of three layers that is made for the run.", DefaultValueFactory = _ => Repository.ShippedBundle };
        var atOnce = new Option<int>("--at-once") { Description = "Requests at once.", DefaultValueFactory = _ => 12 };
        var seed = new Option<int>("--seed") { Description = "What prompts and faults come from.", DefaultValueFactory = _ => 1 };
        var growth = new Option<double>("--max-growth") { Description = "Most that resident memory may grow after the warm-up, in percent.", DefaultValueFactory = _ => 5 };
        var every = new Option<double>("--every") { Description = "Seconds between looks at the memory.", DefaultValueFactory = _ => 10 };
        var without = new Option<string[]>("--without") { Description = $"Misbehaviour to leave out: {string.Join(", ", Enum.GetNames<Behaviour>().Select(n => n.ToLowerInvariant()))}.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var command = new Command("soak", "Runs a bundle under many requests at once, abandoned, cancelled, with failing monitors, and disposed while in use.") { minutes, bundle, atOnce, seed, growth, every, without };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var material = new WorkFolder();
            var folder = result.GetRequiredValue(bundle);
            if (folder == "small")
            {
                await SmallBundle.MakeAsync(material.Path, cancellationToken);
                folder = Path.Combine(material.Path, SmallBundle.BundleFolder);
            }

            var left = result.GetRequiredValue(without).Select(name => Enum.Parse<Behaviour>(name, ignoreCase: true)).ToHashSet();
            var soak = new SoakRun(folder, result.GetValue(seed), result.GetValue(atOnce), [.. Enum.GetValues<Behaviour>().Where(b => !left.Contains(b))])
            {
                Every = TimeSpan.FromSeconds(result.GetValue(every)),
                MostGrowth = result.GetValue(growth) / 100,
            };
            return await soak.RunAsync(TimeSpan.FromMinutes(result.GetValue(minutes)), cancellationToken);
        });
        return command;
    }
}
