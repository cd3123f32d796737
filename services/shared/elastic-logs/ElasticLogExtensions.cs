using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serilog.Formatting;

namespace Platform.ElasticLogs;

/// <summary>Whose log it is.</summary>
internal sealed record LogSource(string Service);

/// <summary>Registers what sends documents to Elasticsearch.</summary>
public static class ElasticLogExtensions
{
    /// <summary>Whether documents are sent anywhere.</summary>
    public static bool SendsLogs(this IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return !string.IsNullOrEmpty(
            configuration[$"{ElasticsearchOptions.Section}:{nameof(ElasticsearchOptions.Url)}"]
        );
    }

    /// <summary>Sends the log of this process, and lets others send documents over a <see cref="DocumentSender"/>.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="formatter">Writes an entry as one line of JSON.</param>
    /// <returns>The sink of the log.</returns>
    public static ServiceLogQueue AddElasticLogs(
        this IServiceCollection services,
        string service,
        ITextFormatter formatter
    )
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<ElasticsearchOptions>, ElasticsearchOptions.Validation>();
        services.AddOptions<ElasticsearchOptions>().BindConfiguration(ElasticsearchOptions.Section).ValidateOnStart();
        services.AddSingleton<BulkClient>();
        services.AddSingleton<LogMetrics>();
        services.AddSingleton(provider => new DocumentSender(
            provider.GetRequiredService<BulkClient>(),
            provider.GetRequiredService<LogMetrics>(),
            provider.GetRequiredService<IOptions<ElasticsearchOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DocumentSender>>()
        ));
        var queue = new ServiceLogQueue(formatter);
        services.AddSingleton(queue);
        services.AddSingleton(new LogSource(service));
        services.AddHostedService<SendServiceLogs>();
        return queue;
    }
}
