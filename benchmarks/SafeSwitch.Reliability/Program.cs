using System.CommandLine;
using SafeSwitch.Reliability.Fuzzing;
using SafeSwitch.Reliability.Publishing;
using SafeSwitch.Reliability.Soak;

// What can go wrong, tried by command. Each verb has a seed, prints how far it is and a table at the end, and ends with 1 on a find:
//   dotnet run -c Release --project benchmarks/SafeSwitch.Reliability -- fuzz all --cases 1000 --seed 1
//   dotnet run -c Release --project benchmarks/SafeSwitch.Reliability -- fuzz manifest --seed 1 --case 17
//   dotnet run -c Release --project benchmarks/SafeSwitch.Reliability -- soak 5 --seed 1
//   dotnet run -c Release --project benchmarks/SafeSwitch.Reliability -- publish aot
return await new RootCommand("What can go wrong, tried before users meet it.") { FuzzCommand.Create(), FuzzChild.Create(), SoakCommand.Create(), PublishCommand.Create() }
    .Parse(args).InvokeAsync();
