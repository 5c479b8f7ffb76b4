namespace SafeSwitch.Training.States;

/// <summary>The shards that one run writes: a new one whenever enough work or memory is in the rows gathered.</summary>
internal sealed class ShardSeries(string folder, CollectionDescription description, CollectionSetup setup)
{
    private readonly ShardWriter writer = new(description);
    private int work;

    /// <param name="rows">Complete rows.</param>
    /// <param name="promptTokens">Prompt tokens run for them, or for rows that still wait.</param>
    public void Add(IReadOnlyList<PendingRow> rows, int promptTokens)
    {
        foreach (var row in rows)
            writer.Add(row);
        work += promptTokens;
        if (work >= setup.Options.PositionsPerShard || writer.Bytes >= setup.Options.BytesPerShard)
            Finish();
    }

    /// <summary>Writes what is gathered.</summary>
    public void Finish()
    {
        work = 0;
        if (writer.Rows > 0)
            writer.Write(folder, NextName());
    }

    /// <summary>A name that no finished shard has; an unfinished one is overwritten.</summary>
    private string NextName()
    {
        for (var i = 0; ; i++)
        {
            var name = $"{setup.Shard.Part}-of-{setup.Shard.Of}-{i:D5}";
            if (!File.Exists(Path.Combine(folder, name + StateShard.RowsExtension)))
                return name;
        }
    }
}
