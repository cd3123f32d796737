namespace Platform.EndToEnd.Tests.Faults;

/// <summary>A cluster whose parts are killed, so it is not shared with other tests.</summary>
public sealed class TwoNodeCluster : LocalCluster
{
    protected override int Nodes => 2;
}

[CollectionDefinition("faults", DisableParallelization = true)]
public sealed class FaultsCollection : ICollectionFixture<TwoNodeCluster>;
