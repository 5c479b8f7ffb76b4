using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Onnx.Probes;
using SafeSwitch.OnnxRuntime.Probes;

namespace SafeSwitch.OnnxRuntime.Bundles;

/// <summary>
/// Loads a bundle around a decoder, whichever runtime that is on: holds the manifest against it and puts the probes on ONNX Runtime.
/// For backends.
/// </summary>
public static class OnnxBundle
{
    /// <summary>Loads a bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="loadModel">
    /// Loads the decoder with its adapters and lists what does not fit among the problems; it gives <see langword="null"/> where
    /// nothing can be loaded.
    /// </param>
    /// <exception cref="BundleException">Something is missing or does not fit; every problem found is listed.</exception>
    public static LoadedBundle Load(Bundle bundle, Func<ICollection<BundleProblem>, ILanguageModel?> loadModel)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(loadModel);
        var problems = new List<BundleProblem>();
        List<IProbe> probes = [];
        ILanguageModel? model = null;
        try
        {
            model = loadModel(problems);
            if (model is not null)
            {
                Check(bundle.Manifest.Decoder, model.Info, problems);
                CheckRanks(bundle, problems);
            }

            CheckGraph(bundle, isLoaded: model is not null, problems);

            // Without a decoder, what the manifest says about it has to do: its other problems are reported all the same.
            var info = model?.Info ?? Describe(bundle.Manifest);
            foreach (var description in bundle.Manifest.Probes)
            {
                if (OnnxProbe.Load(bundle.PathOf(description.File), description, info, problems) is { } probe)
                {
                    probes.Add(probe);
                }
            }

            return problems.Count == 0 ? new LoadedBundle(bundle, model!, probes) : throw new BundleException(bundle.Folder, problems);
        }
        catch
        {
            foreach (var probe in probes)
            {
                probe.Dispose();
            }

            // Backends end nothing here: no session was opened.
            _ = model?.DisposeAsync().AsTask();
            throw;
        }
    }

    private static void Check(DecoderDescription expected, LanguageModelInfo found, List<BundleProblem> problems)
    {
        if (found.HiddenSize != expected.HiddenSize)
        {
            problems.Add(new BundleProblem(Bundle.ManifestFile, "decoder.hidden_size", $"{expected.HiddenSize}", $"{found.HiddenSize}, as the decoder has"));
        }

        if (found.VocabularySize != expected.VocabularySize)
        {
            problems.Add(new BundleProblem(Bundle.ManifestFile, "decoder.vocabulary_size", $"{expected.VocabularySize}", $"{found.VocabularySize}, as the decoder has"));
        }

        CheckHiddenStates(expected, found.HiddenStates, problems);
    }

    // What the graph reads is what has digests. And a decoder that can't be loaded for another reason still tells what it exports.
    private static void CheckGraph(Bundle bundle, bool isLoaded, List<BundleProblem> problems)
    {
        try
        {
            var decoder = bundle.Manifest.Decoder;
            var outline = GraphOutline.Read(bundle.PathOf(decoder.Graph));
            foreach (var file in outline.WeightFiles.Where(f => !decoder.Files.Any(d => IsSame(d.File, decoder.Graph, f))))
            {
                problems.Add(new BundleProblem(decoder.Graph, "", $"weights in '{file}'", $"a file that $.decoder.files of {Bundle.ManifestFile} names, with its digests"));
            }

            if (!isLoaded)
            {
                CheckHiddenStates(decoder, [.. outline.Outputs.Keys.Where(GraphNames.IsHiddenState)], problems);
            }
        }
        catch (GraphException)
        {
            // Told when it was loaded.
        }
    }

    private static bool IsSame(string file, string graph, string weights) => Parts(file).SequenceEqual(
        [.. Parts(graph).SkipLast(1), .. Parts(weights)], StringComparer.Ordinal);

    private static IEnumerable<string> Parts(string path) => path.Split('/', '\\').Where(p => p is not ("" or "."));

    private static void CheckHiddenStates(DecoderDescription expected, IReadOnlyList<string> found, List<BundleProblem> problems)
    {
        foreach (var name in expected.HiddenStates.Except(found))
        {
            problems.Add(new BundleProblem(expected.Graph, name, $"outputs {string.Join(", ", found)}", $"a hidden state of that name, which {Bundle.ManifestFile} lists"));
        }
    }

    private static void CheckRanks(Bundle bundle, List<BundleProblem> problems)
    {
        foreach (var description in bundle.Manifest.Adapters)
        {
            try
            {
                if (AdapterFile.Load(bundle.PathOf(description.File)).Rank is var rank && rank != description.Rank)
                {
                    problems.Add(new BundleProblem(Bundle.ManifestFile, $"adapters.{description.Name}.rank", $"{description.Rank}", $"{rank}, as {description.File} has"));
                }
            }
            catch (GraphException)
            {
                // Told when the decoder was loaded with it.
            }
        }
    }

    private static LanguageModelInfo Describe(BundleManifest manifest) => new()
    {
        Name = manifest.Decoder.Name,
        Backend = "",
        VocabularySize = manifest.Decoder.VocabularySize,
        HiddenSize = manifest.Decoder.HiddenSize,
        ContextLength = ProbeFile.DefaultPositions,
        EndTokens = [],
        HiddenStates = manifest.Decoder.HiddenStates,
        Adapters = [],
    };
}
