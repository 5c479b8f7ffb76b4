using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Configuration;

/// <summary>Names of a decoder's inputs and outputs; those of the cache hold <c>%d</c> for the layer.</summary>
public sealed record DecoderNames
{
    /// <summary>Input of the tokens.</summary>
    public string InputIds { get; init; } = "input_ids";

    /// <summary>Input of the mask.</summary>
    public string AttentionMask { get; init; } = GraphNames.AttentionMask;

    /// <summary>Input of the positions, which a graph may lack.</summary>
    public string PositionIds { get; init; } = "position_ids";

    /// <summary>Output of the scores.</summary>
    public string Logits { get; init; } = GraphNames.Logits;

    /// <summary>Inputs of the keys.</summary>
    public string PastKey { get; init; } = "past_key_values.%d.key";

    /// <summary>Inputs of the values.</summary>
    public string PastValue { get; init; } = "past_key_values.%d.value";

    /// <summary>Outputs of the keys.</summary>
    public string PresentKey { get; init; } = "present.%d.key";

    /// <summary>Outputs of the values.</summary>
    public string PresentValue { get; init; } = "present.%d.value";

    /// <summary>A cache's name for one layer.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="pattern"/> is <see langword="null"/>.</exception>
    public static string ForLayer(string pattern, int layer)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return pattern.Replace("%d", layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}

/// <summary>
/// What a <c>genai_config.json</c> says about its decoder, as far as anything here goes by it. The only reader of that file: what
/// can be instrumented can be loaded, and the reverse.
/// </summary>
public sealed record GenAIConfig
{
    /// <summary>The file's name.</summary>
    public const string FileName = "genai_config.json";

    /// <summary>The decoder's graph, a file inside the folder.</summary>
    public required string DecoderFile { get; init; }

    /// <summary>Names of its inputs and outputs.</summary>
    public required DecoderNames Names { get; init; }

    /// <summary>Layers, each with a cache; above 0.</summary>
    public required int Layers { get; init; }

    /// <summary>Heads of keys and values; above 0.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Numbers of one head at one position; above 0.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width of a hidden state; above 0.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Tokens that the head scores; above 0.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Most positions of a sequence; above 0.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Tokens that end an answer; at least one.</summary>
    public required IReadOnlyList<int> EndTokens { get; init; }

    /// <summary>Whether past and present may be one buffer, if the graph's attention can do it.</summary>
    public required bool SharesCache { get; init; }

    /// <summary>Positions below which the graph's cache must not fall: its sliding window; 0 without one.</summary>
    public int Window { get; init; }

    /// <summary>Threads of one run; <see langword="null"/> to leave it to the runtime, which the file says by 0 or by nothing.</summary>
    public int? IntraOpThreads { get; init; }

    /// <summary>Reads a folder's file.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="problems">Where every fault is listed.</param>
    /// <returns><see langword="null"/> if the file is unusable; the reasons are then among the problems.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="problems"/> is <see langword="null"/>.</exception>
    public static GenAIConfig? Read(string folder, ICollection<BundleProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        try
        {
            if (ModelJson.Read(Path.Combine(folder, FileName)) is { } root)
            {
                return Parse(root, problems);
            }

            problems.Add(new BundleProblem(FileName, "", "no such file", "a model folder in the ONNX Runtime GenAI layout"));
        }
        catch (GraphException e)
        {
            problems.Add(new BundleProblem(FileName, "", e.Problem, "a JSON object"));
        }

        return null;
    }

    /// <summary>Reads what a file holds.</summary>
    /// <param name="root">The file.</param>
    /// <param name="problems">Where every fault is listed.</param>
    /// <returns><see langword="null"/> if it is unusable; the reasons are then among the problems.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="root"/> or <paramref name="problems"/> is <see langword="null"/>.</exception>
    public static GenAIConfig? Parse(JsonObject root, ICollection<BundleProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(problems);
        var before = problems.Count;
        var config = new Reader(root, problems).Read();
        return problems.Count == before ? config : null;
    }

    private sealed class Reader(JsonObject root, ICollection<BundleProblem> problems)
    {
        private static readonly string[] NativeOptions = ["custom_ops_library", "enable_profiling"];

        public GenAIConfig Read()
        {
            var defaults = new DecoderNames();
            CheckNative(root, "", isSession: false);
            return new GenAIConfig
            {
                DecoderFile = File(),
                Names = new DecoderNames
                {
                    InputIds = Name("inputs.input_ids", defaults.InputIds),
                    AttentionMask = Name("inputs.attention_mask", defaults.AttentionMask),
                    PositionIds = Name("inputs.position_ids", defaults.PositionIds),
                    Logits = Name("outputs.logits", defaults.Logits),
                    PastKey = Name("inputs.past_key_names", defaults.PastKey),
                    PastValue = Name("inputs.past_value_names", defaults.PastValue),
                    PresentKey = Name("outputs.present_key_names", defaults.PresentKey),
                    PresentValue = Name("outputs.present_value_names", defaults.PresentValue),
                },
                Layers = Count("model.decoder.num_hidden_layers"),
                KeyValueHeads = Count("model.decoder.num_key_value_heads"),
                HeadSize = Count("model.decoder.head_size"),
                HiddenSize = Count("model.decoder.hidden_size"),
                VocabularySize = Count("model.vocab_size"),
                ContextLength = Count("model.context_length"),
                EndTokens = EndTokens("model.eos_token_id"),
                SharesCache = IsTrue("search.past_present_share_buffer"),
                Window = NeutralCount("model.decoder.sliding_window.window_size", neutral: -1) ?? 0,
                IntraOpThreads = NeutralCount("model.decoder.session_options.intra_op_num_threads", neutral: 0),
            };
        }

        // A downloaded folder is data: the runtime would load a library of native code that its session options name, and write where they say.
        private void CheckNative(JsonNode? node, string path, bool isSession)
        {
            if (node is JsonArray list)
            {
                foreach (var (i, item) in list.Index())
                    CheckNative(item, $"{path}[{i}]", isSession);
            }
            else if (node is JsonObject fields)
            {
                foreach (var (name, value) in fields)
                {
                    var field = path.Length == 0 ? name : $"{path}.{name}";
                    if (NativeOptions.Contains(name, StringComparer.OrdinalIgnoreCase) && value is not null)
                        problems.Add(new BundleProblem(FileName, field, value.ToJsonString(), "nothing: a model brings no native code and writes no files"));
                    else
                        CheckNative(value, field, isSession || name.Equals("session_options", StringComparison.OrdinalIgnoreCase));
                }
            }
            else if (isSession && node is JsonValue value && value.TryGetValue<string>(out var text) && text.AsSpan().ContainsAny('/', '\\'))
            {
                problems.Add(new BundleProblem(FileName, path, value.ToJsonString(), "no path: what is on a machine is the host's to say, in the backend's options"));
            }
        }

        private string File()
        {
            const string Path = "model.decoder.filename";
            const string Expected = "the decoder graph's file, inside the model's folder";
            return Find(Path) is JsonValue value && value.TryGetValue<string>(out var file) && ModelJson.IsInside(file) ? file : Report(Path, Expected, "");
        }

        private string Name(string name, string otherwise)
        {
            var path = $"model.decoder.{name}";
            return Find(path) switch
            {
                null => otherwise,
                JsonValue value when value.TryGetValue<string>(out var text) && text.Length > 0 => text,
                _ => Report(path, "the name of a tensor, or nothing", otherwise),
            };
        }

        private List<int> EndTokens(string path)
        {
            var node = Find(path);
            List<JsonNode?> items = node is JsonArray list ? [.. list] : [node];
            var tokens = new List<int>();
            foreach (var item in items)
            {
                if (Number(item) is >= 0 and var token)
                {
                    tokens.Add(token);
                }
            }

            return tokens.Count == items.Count && tokens.Count > 0 ? tokens : Report(path, "the id of the token that ends an answer, or a list of them", tokens);
        }

        private bool IsTrue(string path) => Find(path) switch
        {
            null => false,
            JsonValue value when value.TryGetValue<bool>(out var isTrue) => isTrue,
            _ => Report(path, "true or false", false),
        };

        private int Count(string path) => Number(Find(path)) is > 0 and var count ? count : Report(path, "a whole number above 0", 0);

        // 0 or less means "not said" where the runtime's own documentation has it so.
        private int? NeutralCount(string path, int neutral)
        {
            if (Find(path) is not { } node)
            {
                return null;
            }

            return Number(node) is { } count && count >= neutral
                ? count > 0 ? count : null
                : Report<int?>(path, $"a whole number from {neutral} on", null);
        }

        private static int? Number(JsonNode? node) =>
            node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<int>(out var number) ? number : null;

        private JsonNode? Find(string path)
        {
            JsonNode? node = root;
            foreach (var name in path.Split('.'))
            {
                node = (node as JsonObject)?[name];
            }

            return node;
        }

        private T Report<T>(string path, string expected, T otherwise)
        {
            problems.Add(new BundleProblem(FileName, path, Find(path)?.ToJsonString() ?? "nothing", expected));
            return otherwise;
        }
    }
}
