using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting;

namespace Platform.ServiceDefaults;

/// <summary>Structured logs always; traces and metrics by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
internal static class Telemetry
{
    private static readonly string[] _sources =
    [
        "Microsoft.AspNetCore",
        "System.Net.Http",
        "Npgsql",
        "MassTransit",
        "Yarp.ReverseProxy",
        "Platform",
    ];

    private static readonly string[] _meters =
    [
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "System.Net.Http",
        "System.Runtime",
        "Npgsql",
        "MassTransit",
        "Platform",
        "Platform.EventStore",
    ];

    public static void AddTelemetry(this WebApplicationBuilder builder, string name)
    {
        var level = Enum.TryParse<LogEventLevel>(
            builder.Configuration["Logging:Level"],
            ignoreCase: true,
            out var parsed
        )
            ? parsed
            : LogEventLevel.Information;
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(level)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.AspNetCore.Diagnostics", LogEventLevel.Error)
            .MinimumLevel.Override("Yarp", LogEventLevel.Warning)
            .MinimumLevel.Override("MassTransit", LogEventLevel.Warning)
            .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
            .Enrich.WithProperty("service", name)
            .Enrich.FromLogContext();
        var json = string.Equals(builder.Configuration["Logging:Format"], "json", StringComparison.OrdinalIgnoreCase);
        ITextFormatter? formatter = json ? new EcsJsonFormatter() : null;
        var logger = configuration
            .WriteTo.Async(sink =>
            {
                if (formatter is not null)
                {
                    sink.Console(formatter);
                }
                else
                {
                    sink.Console(
                        outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {service,-10} {Message:lj}{NewLine}{Exception}"
                    );
                }
            })
            .CreateLogger();
        builder.Logging.ClearProviders();
        // Not by AddSerilog, which overrules what a module filters.
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        builder.Logging.AddProvider(new SerilogLoggerProvider(logger, dispose: true));

        if (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            builder.Services.AddHostedService(_ => new OpenTelemetryExport(name));
        }
    }

    /// <summary>Owns the providers: the hosting package that would do it is not in every registry (docs/adr/0006).</summary>
    private sealed class OpenTelemetryExport(string name) : IHostedService
    {
        private TracerProvider? _tracing;
        private MeterProvider? _metering;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            var resource = ResourceBuilder.CreateDefault().AddService($"platform-{name}");
            _tracing = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource(_sources)
                .AddOtlpExporter()
                .Build();
            _metering = Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter(_meters)
                .AddOtlpExporter()
                .Build();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            _tracing?.Dispose();
            _metering?.Dispose();
            return Task.CompletedTask;
        }
    }
}
