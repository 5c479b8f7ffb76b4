using SafeSwitch.Settings;

namespace SafeSwitch.Guard;

/// <summary>Which requests make sense.</summary>
internal static class RequestRules
{
    public static void Check(GenerationRequest request)
    {
        if (request.Messages is not { Count: > 0 })
            throw new ArgumentException("A request needs at least one message; it has none.", nameof(request));
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var message = request.Messages[i];
            if (message is null)
                throw new ArgumentException($"Message {i} is null.", nameof(request));
            if (string.IsNullOrEmpty(message.Role))
                throw new ArgumentException($"Message {i} has no role; expected user, assistant, system or one that the template knows.", nameof(request));
            if (message.Content is null)
                throw new ArgumentException($"Message {i} has no content.", nameof(request));
            if (message.ToolCalls is null)
                throw new ArgumentException($"Message {i}: {nameof(message.ToolCalls)} is null; expected none or some.", nameof(request));
        }

        if (request.Tools is null || request.Tools.Any(t => string.IsNullOrEmpty(t?.Name)) || request.Tools.DistinctBy(t => t.Name).Count() < request.Tools.Count)
            throw new ArgumentException($"{nameof(request.Tools)}: found a tool without a name, two of one name or null; expected each with a name of its own.", nameof(request));
        foreach (var problem in DeclaredRanges.CheckFlat(request, []))
            throw new ArgumentOutOfRangeException(nameof(request), $"{problem}.");
        if (request.Timeout <= TimeSpan.Zero || request.Timeout > TimeSpan.FromDays(1))
            throw new ArgumentOutOfRangeException(nameof(request), request.Timeout, $"{nameof(request.Timeout)}: found {request.Timeout}, expected a time above 0, at most a day.");
        if (request.StopStrings is null || request.Sampling is null)
            throw new ArgumentException($"{nameof(request.StopStrings)} or {nameof(request.Sampling)} is null; expected none or some.", nameof(request));
        foreach (var stop in request.StopStrings)
        {
            if (string.IsNullOrEmpty(stop))
                throw new ArgumentException("A stop string is empty.", nameof(request));
        }

        request.Sampling.ThrowIfOutOfRange();
    }
}
