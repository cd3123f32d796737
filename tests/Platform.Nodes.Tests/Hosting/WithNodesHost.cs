namespace Platform.Nodes.Tests.Hosting;

/// <summary>Tests with their own database, and hosts on it.</summary>
public abstract class WithNodesHost : IAsyncLifetime
{
    private readonly List<NodesHost> _hosts = [];

    private protected TestDatabase Database { get; private set; } = null!;

    public async Task InitializeAsync() =>
        Database = await TestDatabase.CreateMigratedAsync("nodes", new NodesModule().Add);

    public async Task DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    private protected async Task<NodesHost> StartAsync(params string[] settings) => await StartAsync(null, settings);

    private protected async Task<NodesHost> StartAsync(TimeProvider? clock, params string[] settings)
    {
        var host = await NodesHost.StartAsync(Database, clock, settings);
        _hosts.Add(host);
        return host;
    }

    private protected async Task StopAsync(NodesHost host)
    {
        _hosts.Remove(host);
        await host.DisposeAsync();
    }

    private protected static Task UntilAsync(string what, Func<Task<bool>> condition) =>
        WaitFor.ConditionAsync(what, condition, TimeSpan.FromSeconds(60));
}
