using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Services;
using Platform.EventStore;
using Platform.Gateway.Tokens;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tests;

/// <summary>The gateway on a real socket, in front of four fake services or alone.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly Dictionary<string, FakeService> _services = new(StringComparer.Ordinal);
    private WebApplication _app = null!;

    public HttpClient Client { get; private set; } = null!;

    public string ConnectionString { get; private set; } = null!;

    public TestLog Log { get; } = new();

    /// <summary>What writes to the gateway's own console and to <see cref="Log"/>.</summary>
    public ILogger Logger(string category) => _app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category);

    public GatewayTokens Tokens => _app.Services.GetRequiredService<GatewayTokens>();

    /// <summary>A token of a user who is not added, as those of release 0.1.0.</summary>
    public async Task<string> TokenAsync(string user, string role) =>
        (await Tokens.CreateAsync(new WantedToken(user, role), "test")).Token;

    public ScopedTokens ScopedTokens => _app.Services.GetRequiredService<ScopedTokens>();

    public FakeService this[string service] => _services[service];

    /// <summary>In front of services.</summary>
    public static Task<TestGateway> StartAsync(params string[] settings) => StartAsync(replicas: 1, settings);

    /// <summary>In front of services, the first of which has several replicas: <c>jobs</c>, <c>jobs-2</c> and so on.</summary>
    public static async Task<TestGateway> StartAsync(int replicas, params string[] settings)
    {
        var gateway = new TestGateway();
        var addresses = new List<string>();
        foreach (var service in ServiceCatalog.All)
        {
            var own = new List<string>();
            for (var number = 1; number <= (service.Name is "jobs" ? replicas : 1); number++)
            {
                var name = number == 1 ? service.Name : $"{service.Name}-{number}";
                await gateway.StartServiceAsync(name);
                own.Add(gateway[name].Address);
            }

            addresses.Add($"--{service.AddressSetting}={string.Join(',', own)}");
        }

        await gateway.RunAsync(
            settings: [.. addresses, .. settings],
            add: builder => builder.AddGatewayProxy(),
            map: app => app.MapGatewayProxy()
        );
        return gateway;
    }

    /// <summary>In one process with what it guards.</summary>
    public static async Task<TestGateway> StartAloneAsync(Action<WebApplication> map, params string[] settings)
    {
        var gateway = new TestGateway();
        await gateway.RunAsync(settings, _ => { }, map);
        return gateway;
    }

    /// <summary>Alone, with a bus on which consumers hear what it announces.</summary>
    public static async Task<TestGateway> StartAnnouncingAsync(
        Action<IServiceCollection> add,
        Action<IBusRegistrationConfigurator> bus,
        params string[] settings
    )
    {
        var gateway = new TestGateway();
        await gateway.RunAsync(
            settings,
            builder =>
            {
                add(builder.Services);
                builder.Services.AddPlatformMessaging(new MessagingOptions(), bus);
                builder.AddGatewayAnnouncements();
            },
            _ => { }
        );
        return gateway;
    }

    /// <summary>Runs a command on the database itself.</summary>
    public async Task<(int Code, string Output)> RunCommandAsync(params string[] args)
    {
        await using var output = new StringWriter();
        var code = await DatabaseCommand.RunAsync(args, ConnectionString, output, TextWriter.Null);
        return (code, output.ToString());
    }

    /// <summary>A stream's events, each with who caused it.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync(string stream) =>
        [
            .. (await _app.Services.GetRequiredService<GatewayStore>().ReadStreamAsync(stream)).Select(stored =>
                $"{stored.Type} {stored.Metadata.Headers![StoredEvent.ActorHeader]}"
            ),
        ];

    public async Task DropDatabaseAsync() => await _owned.OfType<TestDatabase>().Single().DisposeAsync();

    /// <summary>As SIGTERM does.</summary>
    public Task StopAsync()
    {
        _app.Lifetime.StopApplication();
        return _app.StopAsync();
    }

    public async Task StopServiceAsync(string name) => await _services[name].DisposeAsync();

    /// <param name="name">What it calls itself.</param>
    /// <param name="address">Where one that was stopped has been; at a free port when left out.</param>
    public async Task StartServiceAsync(string name, string address = "http://127.0.0.1:0")
    {
        var service = await FakeService.StartAsync(name, address);
        _services[name] = service;
        _owned.Add(service);
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string? token = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        foreach (var owned in _owned)
        {
            await owned.DisposeAsync();
        }
    }

    private async Task RunAsync(string[] settings, Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        var database = await TestDatabase.CreateMigratedAsync("gateway", builder => builder.AddGateway());
        _owned.Add(database);
        ConnectionString = database.ConnectionString;
        var builder = PlatformService.CreateBuilder(
            [
                "--urls=http://127.0.0.1:0",
                SignedIn.Setting,
                $"--ConnectionStrings:Platform={ConnectionString}",
                .. settings,
            ],
            "gateway"
        );
        builder.Logging.AddProvider(Log);
        builder.AddGateway();
        add(builder);
        _app = builder.Build();
        _app.UsePlatformDefaults(isEdge: true, GatewayModule.UseGateway);
        _app.MapGateway();
        map(_app);
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Client = new HttpClient { BaseAddress = new Uri(address.Single()), Timeout = TimeSpan.FromSeconds(60) };
    }
}
