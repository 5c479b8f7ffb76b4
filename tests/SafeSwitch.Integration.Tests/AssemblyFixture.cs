[assembly: AssemblyFixture(typeof(SafeSwitch.Tests.ShippedModel))]
