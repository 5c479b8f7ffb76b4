using Microsoft.Extensions.AI;

namespace SafeSwitch.Server.Requests;

/// <summary>What a request to <c>/v1/chat/completions</c> asks for, in the words of Microsoft.Extensions.AI.</summary>
internal sealed class ChatCall
{
    public string Model { get; set; } = "";

    public List<ChatMessage> Messages { get; } = [];

    public ChatOptions Options { get; } = new();

    public bool IsStreaming { get; set; }

    /// <summary>Whether a stream ends with what it cost.</summary>
    public bool IncludesUsage { get; set; }

    /// <summary>The policy that its metadata names.</summary>
    public string? Policy { get; set; }
}
