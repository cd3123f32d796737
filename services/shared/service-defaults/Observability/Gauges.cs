using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Platform.ServiceDefaults;

/// <summary>A gauge in OpenTelemetry's terms: <c>platform.jobs</c>, unit <c>{job}</c> or <c>s</c>.</summary>
public sealed record Gauge(string Name, string Unit, string Description);

/// <summary>One value of a gauge, as it was when it was read.</summary>
public readonly record struct GaugeValue(Gauge Gauge, double Value, params KeyValuePair<string, object?>[] Tags);

/// <summary>
/// Gauges whose values must be fetched, such as counts of rows. They are read now and then (<see cref="MetricsOptions"/>), never
/// by whoever asks for metrics; while they cannot be read they are left out.
/// </summary>
public interface IGaugeSource
{
    /// <summary>The meter they belong to: <c>Platform.Jobs</c>.</summary>
    string Meter { get; }

    /// <summary>All gauges that <see cref="ReadAsync"/> may give values of.</summary>
    IReadOnlyList<Gauge> Gauges { get; }

    /// <summary>Reads all values; what is left out is not shown.</summary>
    Task<IReadOnlyList<GaugeValue>> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>Registers gauges.</summary>
public static class GaugeExtensions
{
    /// <summary>Adds a source of gauges, which is read while the host runs.</summary>
    public static IServiceCollection AddGauges<TSource>(this IServiceCollection services)
        where TSource : class, IGaugeSource
    {
        services.AddSingleton<TSource>();
        return services.AddSingleton<IHostedService>(provider =>
            ActivatorUtilities.CreateInstance<PolledGauges>(provider, provider.GetRequiredService<TSource>())
        );
    }
}
