namespace Platform.TestServers;

/// <summary>A server that tests can use.</summary>
/// <param name="Address">What they connect with.</param>
/// <param name="Place">Where it runs, for people.</param>
internal sealed record RunningServer(string Address, string Place, Func<Task> StopAsync);
