using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Jobs;
using Platform.Contracts.Tracking;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Tests;

/// <summary>The real tracking service with Kestrel, PostgreSQL and the in-memory bus.</summary>
public class TrackingHost : IAsyncLifetime
{
    private readonly ConsumedMessages _consumed = new();
    private TestDatabase? _database;
    private WebApplication? _app;

    public HttpClient Http { get; private set; } = null!;

    public IServiceProvider Services => _app!.Services;

    public TrackingStore Store => _app!.Services.GetRequiredService<TrackingStore>();

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateMigratedAsync("tracking", new TrackingModule().Add);
        _app = await StartAsync();
        _app.Services.GetRequiredService<IBus>().ConnectConsumeObserver(_consumed);
        Http = ClientOf(_app);
    }

    /// <summary>Starts another replica on the same database.</summary>
    public async Task<Replica> StartReplicaAsync()
    {
        var app = await StartAsync();
        return new Replica(app, ClientOf(app));
    }

    /// <summary>Publishes messages and waits until each was consumed.</summary>
    public async Task PublishAsync(params object[] messages)
    {
        var before = _consumed.Count;
        var bus = _app!.Services.GetRequiredService<IBus>();
        foreach (var message in messages)
        {
            await bus.Publish(message);
        }

        var deliveries = messages.Sum(ConsumersOf);
        await WaitFor.ConditionAsync(
            $"{deliveries} messages to be consumed",
            () => Task.FromResult(_consumed.Count >= before + deliveries)
        );
    }

    /// <summary>Hears what the service says of runs, and asks it.</summary>
    public async Task<ChannelReader<FileOwnerAnnounced>> HearAsync(string run)
    {
        var heard = Channel.CreateUnbounded<FileOwnerAnnounced>();
        var endpoint = _app!
            .Services.GetRequiredService<IReceiveEndpointConnector>()
            .ConnectReceiveEndpoint(
                $"heard-{Guid.CreateVersion7():N}",
                (_, configure) =>
                    configure.Handler<FileOwnerAnnounced>(context =>
                        context.Message.Owner == run
                            ? heard.Writer.WriteAsync(context.Message).AsTask()
                            : Task.CompletedTask
                    )
            );
        await endpoint.Ready;
        await _app.Services.GetRequiredService<IBus>().Publish(new AnnounceFileOwner { Owner = run });
        return heard.Reader;
    }

    /// <summary>Creates a run and returns its id.</summary>
    public async Task<string> CreateRunAsync(string project = "demo")
    {
        var created = await SendAsync(HttpMethod.Post, "/api/runs", new { project }, HttpStatusCode.Created);
        return created["id"]!.GetValue<string>();
    }

    /// <summary>Logs points; fails unless they are accepted.</summary>
    public Task<JsonNode> LogAsync(string run, params object[] points) =>
        SendAsync(HttpMethod.Post, $"/api/runs/{run}/metrics", new { points }, HttpStatusCode.OK);

    public Task<JsonNode> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK) =>
        SendAsync(HttpMethod.Get, path, body: null, expected);

    /// <summary>Sends a request, checks the status and reads the JSON; a text is sent as it is.</summary>
    public async Task<JsonNode> SendAsync(
        HttpMethod method,
        string path,
        object? body,
        HttpStatusCode expected,
        string? ifMatch = null,
        Caller? caller = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = body is string text
                ? new StringContent(text, Encoding.UTF8, "application/json")
                : JsonContent.Create(body);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (caller is not null)
        {
            request.Headers.Authorization = SignedIn.As(caller);
        }

        using var response = await Http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{method} {path} answered {response.StatusCode}: {answer}");
        if ((int)expected >= 400)
        {
            Assert.Equal(
                new MediaTypeHeaderValue("application/problem+json").MediaType,
                response.Content.Headers.ContentType?.MediaType
            );
        }

        return JsonNode.Parse(answer)!;
    }

    /// <summary>Stops the service and starts it on what it has stored.</summary>
    public async Task RestartAsync()
    {
        Http.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
        _app = await StartAsync();
        _app.Services.GetRequiredService<IBus>().ConnectConsumeObserver(_consumed);
        Http = ClientOf(_app);
    }

    public virtual async Task DisposeAsync()
    {
        Http.Dispose();
        await _app!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    /// <summary>Settings besides those of every test, as on the command line.</summary>
    protected virtual IReadOnlyList<string> Settings => [];

    /// <summary>
    /// How many consumers hear of a message: rules about jobs watch all of a job's; the end of a job ends its run besides, and is noted of
    /// its attempt.
    /// </summary>
    private static int ConsumersOf(object message) =>
        message switch
        {
            JobEndedMessage => 3,
            JobSubmittedMessage or JobStartedMessage or JobPlacedMessage => 2,
            _ => 1,
        };

    private async Task<WebApplication> StartAsync()
    {
        var builder = PlatformService.CreateBuilder(
            [
                "--urls=http://127.0.0.1:0",
                $"--ConnectionStrings:Platform={_database!.ConnectionString}",
                "--Logging:Level=Error",
                SignedIn.Setting,
                "--Tracking:LivePollMilliseconds=100",
                "--Tracking:RetentionInterval=00:00:00.100",
                "--Tracking:LostAfter=00:00:01",
                "--Tracking:LiveKeepAliveMilliseconds=200",
                .. Settings,
            ],
            "tracking"
        );
        var module = new TrackingModule();
        module.Add(builder);
        builder.Services.AddPlatformMessaging(new MessagingOptions(), module.ConfigureBus);
        Configure(builder.Services);
        var app = builder.Build();
        app.UsePlatformDefaults(isEdge: false);
        module.Map(app);
        await app.StartAsync();
        return app;
    }

    /// <summary>Replaces what a test stands in for.</summary>
    protected virtual void Configure(IServiceCollection services) { }

    private static HttpClient ClientOf(WebApplication app) =>
        SignedIn.Client(
            new Uri(
                app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
            )
        );

    /// <summary>A second replica of the service.</summary>
    public sealed class Replica(WebApplication app, HttpClient http) : IAsyncDisposable
    {
        public HttpClient Http { get; } = http;

        public IServiceProvider Services => app.Services;

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await app.DisposeAsync();
        }
    }

    private sealed class ConsumedMessages : IConsumeObserver
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Task PreConsume<T>(ConsumeContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PostConsume<T>(ConsumeContext<T> context)
            where T : class
        {
            // The service asks itself to say what changed, whenever a run changes.
            if (typeof(T) != typeof(AnnounceFileOwner))
            {
                Interlocked.Increment(ref _count);
            }

            return Task.CompletedTask;
        }

        public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }
}
