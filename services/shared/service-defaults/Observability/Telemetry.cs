using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Platform.ServiceDefaults;

/// <summary>
/// Metrics at <c>/metrics</c> always; traces, and metrics too, by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.
/// docs/metrics.md lists the platform's own.
/// </summary>
internal static class Telemetry
{
    private const string ScrapePath = "/metrics";
    private const string MassTransit = "MassTransit";
    private const int LabelSets = 200;
    private const int RouteLabelSets = 1500;

    public static void AddTelemetry(this WebApplicationBuilder builder, string name)
    {
        builder.Services.AddSettings<MetricsOptions>("Metrics");
        builder.Services.AddGauges<EventLogGauges>();
        var telemetry = builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService($"platform-{name}"))
            .WithMetrics(metrics =>
                metrics
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .AddRuntimeInstrumentation()
                    .AddNpgsqlInstrumentation()
                    .AddMeter(MassTransit, "Platform.*")
                    .AddView(Shape)
                    .AddPrometheusExporter()
            );
        if (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry
                // The trace of a measurement, for what is traced.
                .WithMetrics(metrics => metrics.SetExemplarFilter(ExemplarFilterType.TraceBased))
                .WithTracing(tracing =>
                    tracing
                        .AddAspNetCoreInstrumentation(requests =>
                            requests.Filter = context =>
                                !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
                                && !context.Request.Path.StartsWithSegments(ScrapePath, StringComparison.Ordinal)
                        )
                        .AddHttpClientInstrumentation(requests =>
                            requests.FilterHttpRequestMessage = request =>
                                request.RequestUri?.AbsolutePath.StartsWith("/health/", StringComparison.Ordinal)
                                    is not true
                        )
                        .AddNpgsql()
                        .AddSource(MassTransit, "Yarp.ReverseProxy", "Platform")
                )
                .UseOtlpExporter();
        }
    }

    /// <summary>Maps <c>GET /metrics</c>.</summary>
    public static IEndpointConventionBuilder MapMetrics(this WebApplication app) =>
        app.MapPrometheusScrapingEndpoint(ScrapePath)
            .WithMetadata(new HttpMethodMetadata(["GET", "HEAD"]))
            .DisableHttpMetrics();

    /// <summary>
    /// Drops what MassTransit measures in milliseconds, where <c>messaging.process.duration</c> tells the same in seconds, and
    /// its counters that go up and down. The rest gets the memory for as many label sets as it has: OpenTelemetry reserves it
    /// when an instrument is made, for 2000 of each (12 MiB a process); what exceeds it is counted under
    /// <c>otel_metric_overflow="true"</c>.
    /// </summary>
    private static MetricStreamConfiguration Shape(Instrument instrument)
    {
        if (
            instrument.Meter.Name is MassTransit
            && (instrument.Unit is "ms" || instrument.Name.EndsWith(".active", StringComparison.Ordinal))
        )
        {
            return MetricStreamConfiguration.Drop;
        }

        var isPerRoute = instrument.Name.StartsWith("http.server.", StringComparison.Ordinal);
        return new MetricStreamConfiguration { CardinalityLimit = isPerRoute ? RouteLabelSets : LabelSets };
    }
}
