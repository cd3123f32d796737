namespace Platform.EndToEnd.Tests.Faults;

/// <summary>Whoever watches a platform must see it when something is away, so the metrics are there then.</summary>
[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Scraping_without_a_database(TwoNodeCluster cluster)
{
    private static readonly (string Service, string Family)[] _families =
    [
        ("jobs", "platform_jobs"),
        ("nodes", "platform_nodes"),
        ("tracking", "platform_runs"),
    ];

    [Fact]
    public async Task leaves_out_what_lies_in_it_until_it_is_back()
    {
        foreach (var (service, family) in _families)
        {
            await WaitForAsync(service, family, scrape => scrape.Types.ContainsKey(family));
        }

        var pid = await cluster.PidAsync("postgres");
        Processes.Interrupt(pid);
        await Processes.WaitForEndAsync(pid, "postgres");
        foreach (var (service, family) in _families)
        {
            var scrape = await WaitForAsync(
                service,
                $"no {family}",
                s => !s.Types.ContainsKey(family) && !s.Types.ContainsKey("event_store_sequence")
            );
            Assert.True(scrape.Types.ContainsKey("dotnet_process_cpu_time_seconds"));
        }

        await cluster.UpAsync();
        foreach (var (service, family) in _families)
        {
            await WaitForAsync(service, $"{family} again", scrape => scrape.Types.ContainsKey(family));
        }

        await cluster.AssertNothingRemainsAsync();
    }

    private Task<Scrape> WaitForAsync(string service, string what, Predicate<Scrape> holds) =>
        WaitFor.ValueAsync(
            $"{service} to tell of {what}",
            () => Scrape.OfAsync(cluster.Api.Http, new Uri(cluster.AddressOf(service), "/metrics")),
            scrape => holds(scrape),
            TimeSpan.FromSeconds(60)
        );
}
