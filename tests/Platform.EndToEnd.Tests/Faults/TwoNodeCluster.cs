namespace Platform.EndToEnd.Tests.Faults;

/// <summary>A cluster whose parts are killed, so that it is not shared with tests that run beside these.</summary>
public sealed class TwoNodeCluster : LocalCluster
{
    protected override int Nodes => 2;
}

[CollectionDefinition("faults", DisableParallelization = true)]
public sealed class FaultsCollection : ICollectionFixture<TwoNodeCluster>;
