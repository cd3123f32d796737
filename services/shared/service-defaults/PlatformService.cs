using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>What every service does the same way: logs, telemetry, problem documents, health, JSON, who may do what.</summary>
public static class PlatformService
{
    /// <summary>The tag of health checks that ask another service whether it is ready.</summary>
    public const string OtherService = "service";

    /// <summary>A builder with the platform's defaults.</summary>
    /// <param name="args">The command line; it overrides environment variables, which override <c>appsettings.json</c>.</param>
    /// <param name="name">The service's name in logs and traces, such as <c>jobs</c>.</param>
    public static WebApplicationBuilder CreateBuilder(string[] args, string name)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory }
        );
        builder.AddPlatformDefaults(name);
        return builder;
    }

    /// <summary>Adds the defaults to a builder that exists.</summary>
    public static void AddPlatformDefaults(this WebApplicationBuilder builder, string name)
    {
        var services = builder.Services;
        builder.AddSystemdService();
        builder.AddDraining();
        builder.AddLogs(name);
        builder.AddTelemetry(name);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The longest filter of a list has 8,000 characters, of which an address may need nine bytes for each.
            kestrel.Limits.MaxRequestLineSize = 128 * 1024;
        });

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(
            Options.Create(
                new DatabaseOptions { ConnectionString = builder.Configuration.GetConnectionString("Platform") ?? "" }
            )
        );

        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            // Programs that read only the first or the last of two would disagree about what was asked for.
            json.SerializerOptions.AllowDuplicateProperties = false;
        });
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddSingleton<IProblemDetailsWriter, MlflowProblems>();
        services.AddProblemDetails(problems =>
            problems.CustomizeProblemDetails = context =>
            {
                context.ProblemDetails.Extensions["traceId"] = StatusProblems.TraceOf(context.HttpContext);
                StatusProblems.Describe(context.ProblemDetails, context.HttpContext.Request);
                context.ProblemDetails.Type = ProblemResults.Below(
                    context.HttpContext.Request.PathBase,
                    context.ProblemDetails.Type
                );
            }
        );
        services.AddSingleton<IProblemDetailsWriter, UnacceptedProblems>();
        services.AddExceptionHandler<ExceptionProblems>();
        // Handled exceptions are not logged unless asked for: what is answered as our fault must be.
        services.Configure<ExceptionHandlerOptions>(handler =>
            handler.SuppressDiagnosticsCallback = context => context.HttpContext.Response.StatusCode < 500
        );
        services.AddDiskWatch();
        services.AddDescription();
    }

    /// <summary>The middleware and endpoints that every service has; call it before the service's own endpoints are mapped.</summary>
    /// <param name="isEdge">
    /// Whether users call this process: then only users read its metrics. Another is reached from inside only, where Prometheus
    /// scrapes it.
    /// </param>
    /// <param name="beforeAuthentication">Adds what a request passes before it is asked who sends it.</param>
    public static void UsePlatformDefaults(
        this WebApplication app,
        bool isEdge,
        Action<WebApplication>? beforeAuthentication = null
    )
    {
        app.UseDraining();
        app.Use(RequestIds.FollowAsync);
        app.UseRequestLogs();
        if (!isEdge)
        {
            // What the gateway says; it lets no such header of a client pass.
            app.Use(
                (context, next) =>
                {
                    if (PathPrefix.TryParse(context.Request.Headers["X-Forwarded-Prefix"], out var prefix))
                    {
                        context.Request.PathBase = prefix;
                    }

                    return next(context);
                }
            );
        }

        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(CompressedBodies.DecompressAsync);
        app.Use(BodyLimits.HoldAsync);
        app.Use(UnreadableRequests.RefuseAsync);
        beforeAuthentication?.Invoke(app);
        app.UseServiceSecurity();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false })
            .DisableHttpMetrics()
            .Public();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = HealthReportWriter.WriteAsync })
            .DisableHttpMetrics()
            .Public();
        // Whether requests should come to this process: another service that is not ready is no reason to pass it over.
        app.MapHealthChecks(
                "/health/self",
                new HealthCheckOptions
                {
                    Predicate = check => !check.Tags.Contains(OtherService),
                    ResponseWriter = HealthReportWriter.WriteAsync,
                }
            )
            .DisableHttpMetrics()
            .Public();
        if (isEdge)
        {
            app.MapMetrics().RequireAuthorization(Policies.Read);
        }
        else
        {
            app.MapMetrics().Public();
        }

        app.MapOpenApi("/openapi/{documentName:regex(^v1$)}.json").Public();
    }
}
