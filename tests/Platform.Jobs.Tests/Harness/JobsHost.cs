using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Jobs.Coordination;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Tests.Harness;

/// <summary>The real service with Kestrel, PostgreSQL and the in-memory bus; nodes and agents are simulated.</summary>
internal sealed class JobsHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private JobsHost(WebApplication app, TestCluster cluster)
    {
        _app = app;
        Cluster = cluster;
        Http = SignedIn.Client(new Uri(app.Urls.Single()), timeout: TimeSpan.FromSeconds(60));
    }

    public TestCluster Cluster { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public JobsStore Store => Services.GetRequiredService<JobsStore>();

    public IBus Bus => Services.GetRequiredService<IBus>();

    public static Task<JobsHost> StartAsync(TestDatabase database, params (string Key, string Value)[] settings) =>
        StartAsync(database, new TestCluster(), settings);

    public static Task<JobsHost> StartAsync(
        TestDatabase database,
        TestCluster cluster,
        params (string Key, string Value)[] settings
    ) => StartAsync(database, cluster, new FakeDisk(), settings);

    /// <summary>On a disk of the test's own.</summary>
    public static async Task<JobsHost> StartAsync(
        TestDatabase database,
        TestCluster cluster,
        FakeDisk disk,
        params (string Key, string Value)[] settings
    )
    {
        var builder = PlatformService.CreateBuilder([], "jobs");
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["urls"] = "http://127.0.0.1:0",
                ["ConnectionStrings:Platform"] = database.ConnectionString,
                ["Logging:Level"] = "Error",
                ["Platform:TokenKey"] = SignedIn.TokenKey,
                ["Jobs:FirstWait"] = "00:00:00.200",
                ["Jobs:LongestWait"] = "00:00:00.500",
            }
        );
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        // CreateBuilder read the connection string before it was set here.
        builder.Services.AddSingleton(
            Microsoft.Extensions.Options.Options.Create(
                new EventStore.DatabaseOptions { ConnectionString = database.ConnectionString }
            )
        );
        builder.Services.AddSingleton(cluster);
        builder.Services.AddSingleton<IDiskReader>(disk);
        var module = new JobsModule();
        module.Add(builder);
        builder.Services.AddPlatformMessaging(
            new MessagingOptions(),
            module.ConfigureBus,
            bus => TestCluster.ConfigureBus(bus)
        );
        var app = builder.Build();
        // Otherwise the bus would use the logger of a host that this test has stopped.
        LogContext.ConfigureCurrentLogContext(app.Services.GetRequiredService<ILoggerFactory>());
        app.UsePlatformDefaults(isEdge: false);
        module.Map(app);
        cluster.Attach(app.Services.GetRequiredService<IBus>());
        await app.StartAsync();
        return new JobsHost(app, cluster);
    }

    public static object Job(
        string name = "digits",
        string project = "demo/digits",
        int maxAttempts = 1,
        int backoffSeconds = 0,
        int? timeoutSeconds = null
    ) =>
        new
        {
            name,
            project,
            command = new[] { "python3", "train.py" },
            retry = new { maxAttempts, backoffSeconds },
            timeoutSeconds,
        };

    public async Task<Guid> SubmitAsync(object? job = null)
    {
        using var response = await Http.PostAsJsonAsync("/api/jobs", job ?? Job());
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonNode.Parse(body)!["id"]!.GetValue<Guid>();
    }

    public async Task<JsonNode> GetAsync(string path) =>
        JsonNode.Parse(await Http.GetStringAsync(path)) ?? throw new JsonException($"{path} answered null");

    public Task<JsonNode> JobAsync(Guid id) => GetAsync($"/api/jobs/{id}");

    public Task<JsonNode> WaitForAsync(Guid id, string status, int attempt = 1) =>
        WaitFor.ValueAsync(
            $"job {id} to be {status} in attempt {attempt}",
            () => JobAsync(id),
            job => job["status"]!.GetValue<string>() == status && job["attempt"]!.GetValue<int>() == attempt
        );

    public async Task<string[]> HistoryAsync(Guid id) =>
        [.. (await GetAsync($"/api/jobs/{id}/events"))["items"]!.AsArray().Select(e => e!["type"]!.GetValue<string>())];

    /// <summary>The state of the saga; null when there is none.</summary>
    public async Task<string?> SagaStateAsync(Guid id)
    {
        await using var command = Store.DataSource.CreateCommand(
            "select state from saga where saga_type = $1 and correlation_id = $2"
        );
        command.Parameters.Add(new() { Value = JobCoordinationStateMachine.Endpoint });
        command.Parameters.Add(new() { Value = id });
        return (string?)await command.ExecuteScalarAsync();
    }

    public Task WaitForSagaAsync(Guid id, string? state) =>
        WaitFor.ValueAsync($"the saga of {id} to be {state ?? "removed"}", () => SagaStateAsync(id), s => s == state);

    public Task<HttpResponseMessage> PostLogAsync(
        Guid id,
        long offset,
        byte[] bytes,
        bool complete = false,
        int attempt = 1,
        int? rank = null
    ) =>
        Http.PostAsync(
            $"/api/jobs/{id}/logs?attempt={attempt}&offset={offset}{(rank is null ? "" : $"&rank={rank}")}{(complete ? "&complete=true" : "")}",
            new ByteArrayContent(bytes)
        );

    /// <summary>Stops the service as SIGTERM does.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
