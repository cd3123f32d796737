using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>How a process stops (configuration section <c>Platform</c>).</summary>
public sealed class DrainingOptions
{
    /// <summary>
    /// How long a process that was told to stop still takes requests, while it says at <c>/health/self</c> that others should be asked:
    /// a few seconds where there are others.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:20")]
    public TimeSpan StopDelay { get; set; }
}

/// <summary>
/// Lets a process stop without a lost request: those who know other replicas learn that it stops before it does, and connections end with an
/// answer, not in between.
/// </summary>
internal static class Draining
{
    public static void AddDraining(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<DrainingOptions>("Platform");
        builder.Services.AddHostedService<StopLater>();
    }

    public static void UseDraining(this WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        app.Use(
            (context, next) =>
            {
                if (!stopping.IsCancellationRequested)
                {
                    return next(context);
                }

                if (HttpProtocol.IsHttp11(context.Request.Protocol))
                {
                    context.Response.Headers.Connection = "close";
                }

                if (!context.Request.Path.Equals("/health/self", StringComparison.Ordinal))
                {
                    return next(context);
                }

                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return Task.CompletedTask;
            }
        );
    }

    /// <summary>Stops nothing yet: what is called <c>Stopping</c> comes before the end of anything.</summary>
    private sealed class StopLater(IOptions<DrainingOptions> options, TimeProvider clock) : IHostedLifecycleService
    {
        public Task StoppingAsync(CancellationToken cancellationToken) =>
            options.Value.StopDelay > TimeSpan.Zero
                ? Task.Delay(options.Value.StopDelay, clock, cancellationToken)
                : Task.CompletedTask;

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
