using System.CommandLine;
using SafeSwitch.Training.Benchmarks;

// What the toolkit's steps cost, each on data it makes itself, in a temporary folder that is gone afterwards. Each prints lines of a Markdown table:
//   dotnet run -c Release --project benchmarks/SafeSwitch.Training.Benchmarks -- instrument --gigabytes 16 [--experts 128]
//   dotnet run -c Release --project benchmarks/SafeSwitch.Training.Benchmarks -- probe --rows 11000 --width 4096
//   dotnet run -c Release --project benchmarks/SafeSwitch.Training.Benchmarks -- adapter --tokens 200000 --vocabulary 49152 --hidden 4096
//   dotnet run -c Release --project benchmarks/SafeSwitch.Training.Benchmarks -- collect models/smollm2-135m-instruct --rows 64 --rounds 5
//   dotnet run -c Release --project benchmarks/SafeSwitch.Training.Benchmarks -- prompts models/smollm2-135m-instruct
//   dotnet run -c Release --project benchmarks/SafeSwitch.Training.Benchmarks -- answers models/smollm2-135m-instruct
// And whether a threshold that is set on a host's own traffic keeps its bound there:
//   dotnet run -c Release --project benchmarks/SafeSwitch.Training.Benchmarks -- audit models/smollm2-135m-instruct
return await new RootCommand("What the toolkit's steps cost.")
{
    InstrumentCost.Command(), InstrumentCost.ChildCommand(), ProbeCost.Command(), AdapterCost.Command(), CollectCost.Command(),
    PromptBatchCost.Command(), AnswerBatchCost.Command(), AuditHoldout.Command(),
}.Parse(args).InvokeAsync();
