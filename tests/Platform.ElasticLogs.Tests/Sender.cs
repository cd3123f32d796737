using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;

namespace Platform.ElasticLogs.Tests;

/// <summary>What sends documents, as a service composes it, with the lines that it logs.</summary>
internal sealed class Sender : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Sender(ServiceProvider services, ServiceLogQueue queue, LogLines lines) =>
        (_services, Queue, Lines) = (services, queue, lines);

    public ServiceLogQueue Queue { get; }

    /// <summary>What it says of itself.</summary>
    public LogLines Lines { get; }

    public DocumentSender Documents => _services.GetRequiredService<DocumentSender>();

    public static Sender Create(
        StrictElasticsearch server,
        TestFolder folder,
        TimeProvider? clock = null,
        int spoolMegabytes = 8,
        TimeSpan? requestTimeout = null
    )
    {
        var lines = new LogLines();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    new Dictionary<string, string?>
                    {
                        ["Elasticsearch:Url"] = server.Url,
                        ["Elasticsearch:ApiKey"] = "c2VjcmV0",
                        ["Elasticsearch:SpoolFolder"] = folder.Path,
                        ["Elasticsearch:SpoolMegabytes"] = spoolMegabytes.ToString(CultureInfo.InvariantCulture),
                        ["Elasticsearch:FlushInterval"] = "00:00:00.010",
                        ["Elasticsearch:FirstPause"] = "00:00:00.020",
                        ["Elasticsearch:LongestPause"] = "00:00:00.050",
                        ["Elasticsearch:RequestTimeout"] = (requestTimeout ?? TimeSpan.FromSeconds(60)).ToString("c"),
                    }
                )
                .Build()
        );
        services.AddMetrics();
        services.AddLogging(logging => logging.AddProvider(lines));
        if (clock is not null)
        {
            services.AddSingleton(clock);
        }

        var queue = services.AddElasticLogs("jobs", new Formatter());
        return new Sender(services.BuildServiceProvider(), queue, lines);
    }

    public Task StartAsync() => Host().StartAsync(CancellationToken.None);

    public Task StopAsync() => Host().StopAsync(CancellationToken.None);

    public void Log(string message) =>
        Queue.Emit(
            new LogEvent(
                DateTimeOffset.UnixEpoch,
                LogEventLevel.Information,
                exception: null,
                new MessageTemplate(message, [new TextToken(message)]),
                []
            )
        );

    public static ElasticDocument Document(string id, string text = "") =>
        new(id, Encoding.UTF8.GetBytes($$"""{"@timestamp":"2026-01-01T00:00:00Z","message":"{{text}}"}"""));

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    private IHostedService Host() => _services.GetServices<IHostedService>().Single();

    private sealed class Formatter : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output) =>
            output.WriteLine(
                $$"""{"@timestamp":"{{logEvent.Timestamp:O}}","message":"{{logEvent.MessageTemplate.Text}}"}"""
            );
    }
}

/// <summary>Keeps the lines of a log.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (_lines)
        {
            _lines.Add($"{formatter(state, exception)} {exception}");
        }
    }

    public void Dispose() { }
}
