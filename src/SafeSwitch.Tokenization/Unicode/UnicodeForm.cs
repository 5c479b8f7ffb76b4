using System.Text;

namespace SafeSwitch.Tokenization.Unicode;

/// <summary>One of the four normalization forms, as the Unicode standard defines them.</summary>
internal sealed class UnicodeForm
{
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TailCount = 28, SyllableCount = LeadCount * VowelCount * TailCount;

    private readonly bool compose;
    private readonly bool compatible;

    private UnicodeForm(bool compose, bool compatible)
    {
        this.compose = compose;
        this.compatible = compatible;
    }

    public static UnicodeForm Nfc { get; } = new(compose: true, compatible: false);

    public static UnicodeForm Nfd { get; } = new(compose: false, compatible: false);

    public static UnicodeForm Nfkc { get; } = new(compose: true, compatible: true);

    public static UnicodeForm Nfkd { get; } = new(compose: false, compatible: true);

    /// <summary>Whether characters up to here are the same in this form, so that most text needs no table.</summary>
    public bool LeavesAlone(ReadOnlySpan<char> text) => this == Nfc
        ? !text.ContainsAnyExceptInRange('\0', '\u02FF')
        : !text.ContainsAnyExceptInRange('\0', '\u007F');

    /// <summary>Whether the text may be cut before a character: it joins and reorders with nothing in front of it.</summary>
    public bool StartsSegment(int code)
    {
        if (code < 0x300)
            return true;
        var data = NormalizationData.Instance;
        if (data.CanFollow(code) || code is >= VowelBase and < TailBase + TailCount)
            return false;
        return data.Decomposition(code, compatible) is not [var first, ..]
            || !(data.CanFollow(first) || first is >= VowelBase and < TailBase + TailCount);
    }

    /// <summary>Whether a character by itself is changed.</summary>
    public bool Changes(int code) => NormalizationData.Instance.Decomposition(code, compatible) is not null
        || (!compose && code is >= SyllableBase and < SyllableBase + SyllableCount);

    public string Normalize(ReadOnlySpan<char> text)
    {
        List<int> codes = [];
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, codes);
        Reorder(codes);
        if (compose)
            Compose(codes);
        var result = new StringBuilder(codes.Count);
        foreach (var code in codes)
            result.Append(new Rune(code));
        return result.ToString();
    }

    private void Decompose(int code, List<int> codes)
    {
        var syllable = code - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            codes.Add(LeadBase + syllable / (VowelCount * TailCount));
            codes.Add(VowelBase + syllable % (VowelCount * TailCount) / TailCount);
            if (syllable % TailCount != 0)
                codes.Add(TailBase + syllable % TailCount);
        }
        else if (NormalizationData.Instance.Decomposition(code, compatible) is { } parts)
        {
            codes.AddRange(parts);
        }
        else
        {
            codes.Add(code);
        }
    }

    /// <summary>Sorts each run of combining characters by class, keeping the order of equals.</summary>
    private static void Reorder(List<int> codes)
    {
        var data = NormalizationData.Instance;
        for (var start = 0; start < codes.Count; start++)
        {
            if (data.CombiningClass(codes[start]) == 0)
                continue;
            var end = start;
            while (end < codes.Count && data.CombiningClass(codes[end]) != 0)
                end++;
            if (end - start > 1)
            {
                int[] sorted = [.. codes[start..end].OrderBy(data.CombiningClass)];
                for (var i = 0; i < sorted.Length; i++)
                    codes[start + i] = sorted[i];
            }

            start = end;
        }
    }

    private static void Compose(List<int> codes)
    {
        var data = NormalizationData.Instance;
        var starter = -1;
        var lastClass = 0;
        var kept = 0;
        for (var i = 0; i < codes.Count; i++)
        {
            var code = codes[i];
            var combining = data.CombiningClass(code);
            var blocked = starter >= 0 && kept - 1 > starter && (lastClass == 0 || lastClass >= combining);
            if (starter >= 0 && !blocked && (Syllable(codes[starter], code) ?? data.Composite(codes[starter], code)) is { } composite)
            {
                codes[starter] = composite;
                continue;
            }

            if (combining == 0)
                starter = kept;
            lastClass = combining;
            codes[kept++] = code;
        }

        codes.RemoveRange(kept, codes.Count - kept);
    }

    private static int? Syllable(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + LeadCount && second is >= VowelBase and < VowelBase + VowelCount)
            return SyllableBase + ((first - LeadBase) * VowelCount + second - VowelBase) * TailCount;
        var syllable = first - SyllableBase;
        return syllable is >= 0 and < SyllableCount && syllable % TailCount == 0 && second is > TailBase and < TailBase + TailCount
            ? first + second - TailBase
            : null;
    }
}
