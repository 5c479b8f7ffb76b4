using Microsoft.Extensions.AI;
using SafeSwitch.Chat;
using SafeSwitch.Tests;

namespace SafeSwitch.Integration.Tests;

/// <summary>The shipped model is a chat client as Microsoft.Extensions.AI means it.</summary>
public sealed class ShippedChatClientTests(ShippedModel shipped) : ChatClientContract
{
    protected override IChatClient CreateClient() => new SafeSwitchChatClient(shipped.Guard);
}
