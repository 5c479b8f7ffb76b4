namespace SafeSwitch.Tests;

/// <summary>A file cut and damaged at random: it is read, or refused by the one exception of its kind, whose message names its folder.</summary>
internal static class DamagedFile
{
    public static void IsReadOrRefused<TDocumented>(string path, Action read)
        where TDocumented : Exception
    {
        var whole = File.ReadAllBytes(path);
        read();
        var refused = 0;
        foreach (var (bytes, what) in Damaged(whole))
        {
            File.WriteAllBytes(path, bytes);
            try
            {
                read();
            }
            catch (TDocumented e)
            {
                refused++;
                Assert.Contains(Path.GetDirectoryName(path)!, e.Message, StringComparison.Ordinal);
            }
            catch (Exception e)
            {
                Assert.Fail($"{path}, {what}: {e}");
            }
        }

        Assert.True(refused > 20, $"{refused} refused");
    }

    private static IEnumerable<(byte[] Bytes, string What)> Damaged(byte[] whole)
    {
        for (var length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 120))
            yield return (whole[..length], $"cut at {length}");
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var bytes = whole.ToArray();
            for (var strokes = random.Next(1, 4); strokes > 0; strokes--)
            {
                // Half the strokes near an end, where headers and directories lie.
                var at = seed % 2 == 0 ? random.Next(bytes.Length) : seed % 4 == 1 ? random.Next(Math.Min(512, bytes.Length)) : bytes.Length - 1 - random.Next(Math.Min(512, bytes.Length));
                bytes[at] = random.Next(3) switch { 0 => (byte)(bytes[at] ^ (1 << random.Next(8))), 1 => (byte)random.Next(256), _ => 255 };
            }

            yield return (bytes, $"seed {seed}");
        }
    }
}
