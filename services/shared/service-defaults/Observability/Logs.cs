using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.ElasticLogs;
using Platform.EventStore;
using Serilog;
using Serilog.Events;
using Serilog.Sinks.SystemConsole.Themes;

namespace Platform.ServiceDefaults;

/// <summary>Structured logs to the console: lines for people, or ECS JSON.</summary>
internal static class Logs
{
    public static void AddLogs(this WebApplicationBuilder builder, string name)
    {
        var level = Enum.TryParse<LogEventLevel>(
            builder.Configuration["Logging:Level"],
            ignoreCase: true,
            out var parsed
        )
            ? parsed
            : LogEventLevel.Information;
        var json = string.Equals(builder.Configuration["Logging:Format"], "json", StringComparison.OrdinalIgnoreCase);
        // Where it is off, nothing of the client is loaded.
        var elastic = builder.Configuration.SendsLogs()
            ? builder.Services.AddElasticLogs(name, new EcsJsonFormatter())
            : null;
        if (elastic is not null)
        {
            builder.Services.AddSettingsCheck<ElasticsearchOptions>(ElasticsearchOptions.Section);
            builder.Services.AddWatchedFolder(
                "log-spool",
                provider => provider.GetRequiredService<IOptions<ElasticsearchOptions>>().Value.SpoolFolder,
                isShared: false
            );
        }

        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(
            configuration =>
            {
                configuration
                    .MinimumLevel.Is(level)
                    .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                    .MinimumLevel.Override("Microsoft.AspNetCore.Diagnostics", LogEventLevel.Error)
                    .MinimumLevel.Override("Yarp", LogEventLevel.Warning)
                    // It writes a stack trace for every request that fails; the gateway says the same in a line.
                    .MinimumLevel.Override("Yarp.ReverseProxy.Forwarder", LevelAlias.Off)
                    .MinimumLevel.Override("MassTransit", LogEventLevel.Warning)
                    // It says of every request without a token, such as a health check, that there is none.
                    .MinimumLevel.Override("Platform.Gateway.Security.LocalCallerHandler", LogEventLevel.Warning)
                    .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
                    .Enrich.WithProperty("service", name)
                    .Enrich.FromLogContext()
                    .Enrich.With<RequestIdEnricher>();
                // Whoever starts the process says why it did not start.
                configuration.Filter.ByExcluding(entry => entry.MessageTemplate.Text is "Hosting failed to start");
                if (level > LogEventLevel.Debug)
                {
                    configuration.Filter.ByExcluding(IsRetryOfLostRace);
                }

                if (elastic is not null)
                {
                    configuration.WriteTo.Sink(elastic);
                }

                configuration.WriteTo.Async(sink =>
                {
                    if (json)
                    {
                        sink.Console(new EcsJsonFormatter());
                    }
                    else
                    {
                        sink.Console(
                            outputTemplate: "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {service,-10} {Message:lj}{NewLine}{Exception}",
                            // Readable on light and on dark terminals.
                            theme: AnsiConsoleTheme.Sixteen
                        );
                    }
                });
            },
            // Several hosts may live in one process.
            preserveStaticLogger: true,
            // A host may add a provider of its own.
            writeToProviders: true
        );
    }

    /// <summary>
    /// The bus writes a stack trace for everything that it tries again. That a message lost a race is daily business, and one that
    /// goes on losing is logged as a fault.
    /// </summary>
    internal static bool IsRetryOfLostRace(LogEvent entry) =>
        entry.Exception is LostRaceException
        && entry.MessageTemplate.Text.StartsWith("R-RETRY", StringComparison.Ordinal);

    /// <summary>One line a request, for those who ask for <c>Debug</c>; what fails is logged where it fails.</summary>
    public static void UseRequestLogs(this WebApplication app) =>
        app.UseSerilogRequestLogging(options => options.GetLevel = (_, _, _) => LogEventLevel.Debug);
}
