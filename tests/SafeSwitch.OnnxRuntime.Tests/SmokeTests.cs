namespace SafeSwitch.Tests;
public class SmokeTests { [Fact] public void Runs() => Assert.True(File.Exists(Fixtures.Repository("SafeSwitch.sln"))); }
