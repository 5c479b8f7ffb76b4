using Microsoft.Extensions.Options;

namespace SafeSwitch.Hosting;

/// <summary>Refuses options that name no bundle; what is in the bundle is checked when it is read.</summary>
internal sealed class SafeSwitchOptionsValidator : IValidateOptions<SafeSwitchOptions>
{
    public ValidateOptionsResult Validate(string? name, SafeSwitchOptions options) =>
        string.IsNullOrWhiteSpace(options.BundlePath)
            ? ValidateOptionsResult.Fail("SafeSwitch: BundlePath: found nothing, expected the folder of a bundle (the one with safeswitch.json).")
            : ValidateOptionsResult.Success;
}
