using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Evaluation.Suites;
using SafeSwitch.Guard;
using SafeSwitch.Hosting;
using SafeSwitch.Instrumentation;
using SafeSwitch.Instrumentation.Import;
using SafeSwitch.Instrumentation.Inspection;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Probes;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Policies;
using SafeSwitch.Reliability.Edits;
using SafeSwitch.Reliability.Material;
using SafeSwitch.Tokenization;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Reliability.Fuzzing;

/// <summary>Something that reads a file which a user can hand us.</summary>
/// <param name="Name">What the verb calls it.</param>
/// <param name="File">Pattern of the file that is edited, unique within the material.</param>
/// <param name="Edit">How files of its format are edited.</param>
/// <param name="Read">Reads it and uses what was read, given the material's folder.</param>
internal sealed record Reader(string Name, string File, Editor Edit, Func<string, Task> Read)
{
    /// <summary>Whether the bundle is opened, which compares every file with the manifest.</summary>
    public bool ReadsBundle { get; init; }

    /// <summary>Whether no model is loaded, so that thousands of cases pass in a second.</summary>
    public bool IsQuick { get; init; }
}

/// <summary>Every reader there is, by the way of a file through the packages' public API.</summary>
internal static class Readers
{
    /// <summary>Tells the self-check which case runs.</summary>
    public const string CaseVariable = "SAFESWITCH_FUZZ_CASE";

    private static int casesHere;

    private const string States = "bundle/.build/states";

    public static IReadOnlyList<Reader> All { get; } =
    [
        OfBundle("manifest", "safeswitch.json", JsonEdits.Any),
        OfBundle("config", "genai_config.json", JsonEdits.Any),
        OfBundle("tokenizer", "tokenizer.json", JsonEdits.Any),
        OfBundle("tokenizer-config", "tokenizer_config.json", JsonEdits.Any),
        OfBundle("decoder", "model.serving.onnx", ProtobufEdits.Any),
        OfBundle("weights", "model.onnx.data", ByteEdits.Any),
        OfBundle("probe", "probes/prompt.onnx", ProtobufEdits.Any),
        OfBundle("adapter", "adapters/*.onnx_adapter", ByteEdits.Any),
        new("graph", "model/model.onnx", ProtobufEdits.Any, Sync(Instrument)),
        new("graph-config", "model/genai_config.json", JsonEdits.Any, Sync(Instrument)),
        new("states", $"{States}/*.safetensors", ContainerEdits.SafeTensors, Sync(UseStates)),
        new("prober", "import/prober/model_weights.pth", ContainerEdits.Zip, Sync(ImportProber)),
        new("head", "import/head/lm_head.pth", ContainerEdits.Zip, Sync(ImportHead)),

        // The same formats once more, and others, without a model around them.
        Quick("manifest-alone", "bundle/safeswitch.json", JsonEdits.Any, root => Bundle.Read(In(root))),
        Quick("config-alone", "bundle/genai_config.json", JsonEdits.Any, ReadConfig),
        Quick("tokenizer-alone", "bundle/tokenizer.json", JsonEdits.Any, UseTokenizer),
        Quick("tokenizer-config-alone", "bundle/tokenizer_config.json", JsonEdits.Any, UseTokenizer),
        Quick("template", "bundle/chat_template.jinja", TemplateEdits.Any, UseTokenizer),
        Quick("judge-prompt", "bundle/judge.txt", TemplateEdits.Any, root => JudgePrompt.Read(In(root, "judge.txt"))),
        Quick("probe-alone", "bundle/probes/prompt.onnx", ProtobufEdits.Any, root => ProbeFile.Load(In(root, "probes/prompt.onnx"))),
        Quick("adapter-alone", "bundle/adapters/*.onnx_adapter", ByteEdits.Any, ReadAdapter),
        Quick("settings", "bundle/appsettings.json", JsonEdits.Any, ReadSettings),
        Quick("recipe", "bundle/recipe.json", JsonEdits.Any, root => Recipe.Read(In(root, "recipe.json"))),
        Quick("suite", "bundle/suite.json", JsonEdits.Any, root => EvaluationSuite.Read(In(root, "suite.json"))),
        Quick("rows", "bundle/rows.jsonl", LineEdits.Any, ReadRows),
        Quick("refusals", "bundle/refusals.json", JsonEdits.Any, ReadRefusals),
        Quick("states-description", $"{States}/collection.json", JsonEdits.Any, UseStates),
        Quick("states-rows", $"{States}/*.jsonl", LineEdits.Any, UseStates),
        Quick("prober-arguments", "import/prober/args.json", JsonEdits.Any, ImportProber),
    ];

    /// <summary>How many cases the self-check has: read, refused, and one for everything that must be found.</summary>
    public const int SelfChecks = 7;

    /// <summary>No reader, but every way to end: shows that what must be found is.</summary>
    public static Reader SelfCheck { get; } = new("self-check", "bundle/wrappers.json", NextEnding, Sync(EndAsTold));

    /// <summary>A reader by its name.</summary>
    public static Reader Find(string name) => All.Append(SelfCheck).Single(r => r.Name == name);

    /// <summary>Full path of the file that a reader's cases edit.</summary>
    public static string FileOf(Reader reader, string material)
    {
        return Directory.EnumerateFiles(Path.Combine(material, Path.GetDirectoryName(reader.File)!), Path.GetFileName(reader.File))
            .Order(StringComparer.Ordinal).First();
    }

    private static string In(string material, string file = "") => Path.Combine(material, SmallBundle.BundleFolder, file);

    private static Reader OfBundle(string name, string file, Editor edit) =>
        new(name, $"{SmallBundle.BundleFolder}/{file}", edit, UseBundleAsync) { ReadsBundle = true };

    private static Reader Quick(string name, string file, Editor edit, Action<string> read) => new(name, file, edit, Sync(read)) { IsQuick = true };

    private static Func<string, Task> Sync(Action<string> read) => root =>
    {
        read(root);
        return Task.CompletedTask;
    };

    /// <summary>What a host does: load, answer under the bundle's policy, and once with every stage and the adapter at work.</summary>
    private static async Task UseBundleAsync(string material)
    {
        var options = new OnnxRuntimeOptions { IntraOpThreads = 1, LogSeverity = Microsoft.Extensions.Logging.LogLevel.Critical };
        await using var model = GuardedModel.Load(Path.Combine(material, SmallBundle.BundleFolder), new OnnxRuntimeBackend(options));
        var request = new GenerationRequest { Messages = [PromptMessage.User("good day to you")], MaxNewTokens = 6 };
        await model.GenerateAsync(request);
        // A bundle may do without a response probe.
        var stages = model.Manifest.Probes.Any(p => p.Stage == MonitorStage.Response) ? GuardStages.PromptAndResponse : GuardStages.Prompt;
        await model.GenerateAsync(request with { Policy = new SafetyPolicy { PromptThreshold = 0, ResponseThreshold = 0, Stages = stages } });
    }

    private static void UseTokenizer(string material)
    {
        var tokenizer = ModelTokenizer.Load(Path.Combine(material, SmallBundle.BundleFolder));
        tokenizer.EncodeChat([new TemplateMessage("system", "Be kind."), new TemplateMessage("user", "good day to you"), new TemplateMessage("assistant", "hi"), new TemplateMessage("user", "bye")]);
    }

    private static void ReadConfig(string material)
    {
        var problems = new List<BundleProblem>();
        if (GenAIConfig.Read(In(material), problems) is null || problems.Count > 0)
            throw new BundleException(In(material), problems);
    }

    private static void ReadAdapter(string material)
    {
        foreach (var file in Directory.EnumerateFiles(In(material, "adapters"), "*.onnx_adapter"))
            _ = AdapterFile.Load(file).Rank;
    }

    /// <summary>What a host that starts does with its settings before it loads anything.</summary>
    private static void ReadSettings(string material)
    {
        IConfiguration configuration;
        try
        {
            using var json = File.OpenRead(In(material, "appsettings.json"));
            configuration = new ConfigurationBuilder().AddJsonStream(json).Build();
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or InvalidOperationException or System.Text.Json.JsonException)
        {
            // The framework's own reader has refused it.
            throw new SafeSwitchException(e.Message, e);
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSafeSwitch(configuration.GetSection("SafeSwitch")).UseOnnxRuntime();
        services.Configure<SafeSwitchOptions>(o => (o.BundlePath, o.Start) = (In(material), ModelStart.OnFirstUse));
        using var provider = services.BuildServiceProvider();
        foreach (var started in provider.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
            started.StartingAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    private static void Instrument(string material)
    {
        var model = Path.Combine(material, SmallBundle.ModelFolder);
        Inspector.Inspect(model);
        var output = Path.Combine(material, "instrumented");
        try
        {
            Instrumenter.Instrument(model, output, new InstrumentOptions { Layers = [1] });
        }
        finally
        {
            if (Directory.Exists(output))
                Directory.Delete(output, recursive: true);
        }
    }

    private static void UseStates(string material)
    {
        using var store = StateStore.Open(Path.Combine(material, States));
        for (var row = 0; row < store.Rows.Count; row++)
        {
            foreach (var layer in store.Layers)
                _ = store.Content(row, layer).Length + store.Last(row, layer).Length + store.Pilot(row, layer).Length;
            _ = store.RefusalStates(row).Length + store.RefusalTokens(row).Length;
        }
    }

    private static void ImportProber(string material)
    {
        ReferenceImporter.ImportProber(
            Path.Combine(material, SmallBundle.ImportFolder, "prober"), Path.Combine(material, "imported.onnx"),
            new ImportOptions { Model = Path.Combine(material, SmallBundle.ModelFolder) });
    }

    private static void ImportHead(string material)
    {
        ReferenceImporter.ImportHead(
            Path.Combine(material, SmallBundle.ImportFolder, "head"), Path.Combine(material, "imported.onnx_adapter"),
            new ImportOptions { Model = Path.Combine(material, SmallBundle.ModelFolder) });
    }

    private static void ReadRows(string material)
    {
        foreach (var row in DataReader.Read(In(material, "rows.jsonl"), onProblem: _ => { }))
            _ = row.Request + row.Key;
        foreach (var row in DataReader.Read(In(material, "rows.jsonl"), strict: true))
            _ = row.Request + row.Key;
    }

    private static void ReadRefusals(string material)
    {
        var texts = RefusalTexts.Read(In(material, "refusals.json"));
        _ = texts.Choose("a bad request", "row", seed: 1).Text + texts.Choose("a request", "row", seed: 1).Text;
        _ = texts.NamesTopic("I can't help with bad things.", "a bad request");
    }

    private static Edit NextEnding(byte[] file, Random random) => new([.. file, (byte)' '], "told how to end");

    private static void EndAsTold(string material)
    {
        casesHere++;
        var number = int.Parse(Environment.GetEnvironmentVariable(CaseVariable)!, System.Globalization.CultureInfo.InvariantCulture);
        switch (number)
        {
            case 0:
                return;
            case 1:
                throw new SafeSwitchException("refused");
            case 2:
                string? nothing = null;
                _ = nothing!.Length;
                return;
            case 3:
                while (true)
                    Thread.SpinWait(1000);
            case 4:
                Fall(number);
                return;
            case 5:
                GC.KeepAlive(new byte[Array.MaxLength]); // more than a child's heap may have
                return;
            default:
                if (casesHere > 1)
                    Environment.FailFast("dies in company only");
                return;
        }

        static int Fall(int depth) => depth + Fall(depth + 1) + 1;
    }
}
