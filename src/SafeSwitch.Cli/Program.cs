using SafeSwitch.Cli;
using SafeSwitch.Cli.Terminals;

return await SafeSwitchTool.RunAsync(args, Terminal.OfProcess()).ConfigureAwait(false);
