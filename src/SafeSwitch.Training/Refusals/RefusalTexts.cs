using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SafeSwitch.Settings;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Refusals;

/// <summary>Refusals by kind of harm: <c>{"kinds": [{"id", "topic", "keywords", "refusals"}], "general": {…}}</c>.</summary>
public sealed class RefusalTexts
{
    private RefusalTexts(IReadOnlyList<RefusalKind> kinds, RefusalKind general)
    {
        Kinds = kinds;
        General = general;
    }

    /// <summary>The kinds, in the file's order.</summary>
    public IReadOnlyList<RefusalKind> Kinds { get; }

    /// <summary>How to refuse requests that no keyword tells.</summary>
    public RefusalKind General { get; }

    /// <summary>Reads a file of refusals.</summary>
    /// <exception cref="DataException">It is missing, malformed, or has a kind without texts.</exception>
    public static RefusalTexts Read(string path)
    {
        RefusalFile? file;
        try
        {
            file = JsonSerializer.Deserialize(File.ReadAllText(path), RefusalJson.File);
        }
        catch (JsonException e)
        {
            throw new DataException($"'{path}': {e.Path}: found {JsonFault.Describe(e)}, expected kinds of refusals: id, topic, keywords, refusals.", e);
        }
        catch (IOException e)
        {
            throw new DataException($"'{path}': {e.Message}", e);
        }

        if (file is null)
            throw new DataException($"'{path}': found null, expected kinds of refusals.");
        if (file.Kinds is null || file.General is null)
            throw new DataException($"'{path}': `{(file.Kinds is null ? "kinds" : "general")}`: found null, expected {(file.Kinds is null ? "a list of kinds" : "a kind")}.");
        foreach (var (kind, place) in file.Kinds.Select((k, i) => (k, $"kinds[{i}]")).Append((file.General, "general")))
        {
            if (kind is null || kind.Id is null || kind.Topic is null || kind.Keywords is null || kind.Refusals is null
                || kind.Keywords.Contains(null!) || kind.Refusals.Contains(null!))
            {
                throw new DataException($"'{path}': `{place}`: found null, expected a kind with id, topic, keywords and refusals, each of them given.");
            }
        }

        if (file.General.Refusals.Count == 0)
            throw new DataException($"'{path}': `general` has no refusals, expected at least one: what requests of no known kind are refused with.");
        foreach (var kind in file.Kinds)
        {
            if (kind.Refusals.Count == 0 || kind.Keywords.Count == 0)
                throw new DataException($"'{path}': kind '{kind.Id}' has {kind.Refusals.Count} refusals and {kind.Keywords.Count} keywords, expected at least one of each.");
        }

        return new RefusalTexts(file.Kinds, file.General);
    }

    /// <summary>The kind of harm that a request is about: most keywords, the file's order breaking ties.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is <see langword="null"/>.</exception>
    public RefusalKind KindOf(string request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var known = Kinds.Select(k => (Kind: k, Hits: TopicWords.CountHits(request, k.Keywords))).Where(k => k.Hits > 0).ToList();
        return known.Count > 0 ? known.MaxBy(k => k.Hits).Kind : General;
    }

    /// <summary>A refusal for a request: its kind's, in a phrasing that the row's name and the seed choose.</summary>
    /// <param name="request">The request.</param>
    /// <param name="key">The row's name.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="phrasings">How many of a kind's phrasings are used, from the first on.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="phrasings"/> is out of its range.</exception>
    public RefusalTarget Choose(string request, string key, int seed, int phrasings = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(phrasings);
        var kind = KindOf(request);
        var count = Math.Min(kind.Refusals.Count, phrasings);
        return new RefusalTarget(kind.Id, kind.Refusals[(int)(StableHash.Of(key, seed) % (uint)count)]);
    }

    /// <summary>
    /// Whether a refusal names what the request is about: a word of the topic of a kind whose keywords the request has, or
    /// a telling word of the request itself.
    /// </summary>
    /// <param name="refusal">What was answered.</param>
    /// <param name="request">What was asked.</param>
    /// <exception cref="ArgumentNullException"><paramref name="refusal"/> or <paramref name="request"/> is <see langword="null"/>.</exception>
    public bool NamesTopic(string refusal, string request)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        ArgumentNullException.ThrowIfNull(request);
        var named = TopicWords.Stems(refusal);
        return Kinds.Where(k => TopicWords.CountHits(request, k.Keywords) > 0).Any(k => named.Overlaps(TopicWords.Stems(k.Topic)))
            || named.Overlaps(TopicWords.Stems(request));
    }
}

/// <summary>A kind of harm and how to refuse it.</summary>
public sealed record RefusalKind
{
    /// <summary>A short name.</summary>
    public required string Id { get; init; }

    /// <summary>What a refusal of this kind names: "illegal drugs".</summary>
    public required string Topic { get; init; }

    /// <summary>Beginnings of words by which a request of this kind is known, in lower case.</summary>
    public required IReadOnlyList<string> Keywords { get; init; }

    /// <summary>Phrasings; each names the topic, says why, and offers a safe way.</summary>
    public required IReadOnlyList<string> Refusals { get; init; }
}

/// <summary>The refusal that the adapter is to learn for one request.</summary>
/// <param name="Kind">Kind of harm, by which training is balanced.</param>
/// <param name="Text">The refusal.</param>
public sealed record RefusalTarget(string Kind, string Text);

/// <summary>The layout of a file of refusals.</summary>
internal sealed record RefusalFile
{
    public required IReadOnlyList<RefusalKind> Kinds { get; init; }

    /// <summary>How to refuse what no keyword tells.</summary>
    public required RefusalKind General { get; init; }
}

/// <summary>How files of refusals are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RefusalFile))]
internal sealed partial class RefusalJson : JsonSerializerContext
{
    private static readonly Lazy<JsonTypeInfo<RefusalFile>> Read = new(() => SchemaReference.ReaderOf<RefusalFile>(Default!.Options));

    /// <summary>How a file is read.</summary>
    public static JsonTypeInfo<RefusalFile> File => Read.Value;
}
