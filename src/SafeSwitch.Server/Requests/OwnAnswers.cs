using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;
using SafeSwitch.Chat;
using SafeSwitch.Server.Json;

namespace SafeSwitch.Server.Requests;

/// <summary>
/// Which turns of the assistant the model has really said. A request says what it likes of the past; a turn that was never given here is somebody
/// else's text, and the probes read it. Hashes of the last answers are kept, no text; after a restart none is known, and all are looked at.
/// </summary>
internal sealed class OwnAnswers
{
    private const int Kept = 100_000;

    private readonly byte[] salt = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<UInt128, byte> known = new();
    private readonly ConcurrentQueue<UInt128> age = new();

    /// <summary>Remembers an answer.</summary>
    public void Add(string text, IEnumerable<FunctionCallContent> calls)
    {
        var hash = Hash(text, calls);
        if (!known.TryAdd(hash, 0))
            return;
        age.Enqueue(hash);
        if (age.Count > Kept && age.TryDequeue(out var oldest))
            known.TryRemove(oldest, out _);
    }

    /// <summary>Marks the turns that the model has not said.</summary>
    public void Distrust(IEnumerable<ChatMessage> messages)
    {
        foreach (var message in messages.Where(m => m.Role == ChatRole.Assistant))
        {
            if (!known.ContainsKey(Hash(message.Text, message.Contents.OfType<FunctionCallContent>())))
                SafeSwitchChat.FromOutside(message);
        }
    }

    // Every part with its length, so that no two answers read alike.
    private UInt128 Hash(string text, IEnumerable<FunctionCallContent> calls)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, salt);
        // Clients trim.
        Append(text.Trim());
        foreach (var call in calls)
        {
            Append(call.CallId);
            Append(call.Name);
            Append(CallArguments.ToJson(call));
        }

        return BinaryPrimitives.ReadUInt128LittleEndian(hash.GetHashAndReset());

        void Append(string part)
        {
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(Encoding.UTF8.GetBytes(part));
        }
    }
}
