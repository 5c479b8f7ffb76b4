namespace SafeSwitch.Training.Benchmarks;

/// <summary>Normal numbers, a million of them, handed out from places drawn at random: gigabytes of states in seconds.</summary>
internal sealed class Noise
{
    private readonly Random random = new(5);
    private readonly Half[] pool = new Half[1 << 20];

    public Noise()
    {
        for (var i = 0; i < pool.Length; i++)
            pool[i] = (Half)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }

    public void Copy(Span<Half> to) => pool.AsSpan(random.Next(pool.Length - to.Length), to.Length).CopyTo(to);
}
