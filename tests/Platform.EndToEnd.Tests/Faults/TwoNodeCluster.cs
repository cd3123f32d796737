using System.Runtime.ExceptionServices;

namespace Platform.EndToEnd.Tests.Faults;

/// <summary>
/// A cluster whose parts are killed, so it is not shared with other tests. After all of them, its read models must match the events.
/// </summary>
public sealed class TwoNodeCluster : LocalCluster
{
    protected override int Nodes => 2;

    public override async Task DisposeAsync()
    {
        var failure = await Record.ExceptionAsync(AssertRecoveredAsync);
        await base.DisposeAsync();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}

[CollectionDefinition("faults", DisableParallelization = true)]
public sealed class FaultsCollection : ICollectionFixture<TwoNodeCluster>;
