using SafeSwitch.Cli;
using SafeSwitch.Cli.Shared.Terminals;

return await SafeSwitchTool.RunAsync(args, Terminal.OfProcess()).ConfigureAwait(false);
