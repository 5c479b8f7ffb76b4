using SafeSwitch.Backends;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.States;

/// <summary>Files that are cut or damaged.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private const string Layer = "hidden_states";
    private const int Width = 8;

    private static readonly int[] RefusalTokens = [1, 2];

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("collection.json")]
    [InlineData("1-of-1-00000.jsonl")]
    [InlineData("1-of-1-00000.safetensors")]
    public void Damaged_states_are_read_or_refused(string file)
    {
        WriteStates();
        DamagedFile.IsReadOrRefused<DataException>(folder.File(file), () =>
        {
            using var store = StateStore.Open(folder.Path);
            for (var row = 0; row < store.Rows.Count; row++)
            {
                _ = store.Content(row, store.Layers[0]).Length + store.Last(row, store.Layers[0]).Length + store.Pilot(row, store.Layers[0]).Length;
                _ = store.RefusalStates(row).Length + store.RefusalTokens(row).Length;
            }
        });
    }

    private void WriteStates()
    {
        var description = new CollectionDescription { Model = "made up", Fingerprint = "made up", Width = Width, Layers = [Layer] };
        description.Claim(folder.Path);
        var writer = new ShardWriter(description);
        for (var i = 0; i < 3; i++)
        {
            var data = new DataRow { Id = $"{i}", Set = "s", Source = "made up", Messages = [PromptMessage.User("a request")], Harmful = i % 2 == 0, Split = "train" };
            var row = new PendingRow(new EncodedRow(new CollectionRequest(data), new EncodedPrompt(new int[2], new float[2]), RefusalTokens), [Layer], Width);
            row.Result = row.Result with { Positions = 1, Refusal = new RefusalTarget("kind", "No."), RefusalTokens = 2 };
            row.Append(Layer, 2).Clear();
            row.AppendRefusal().Clear();
            writer.Add(row);
        }

        writer.Write(folder.Path, "1-of-1-00000");
    }

    public void Dispose() => folder.Dispose();
}
