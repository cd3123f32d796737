using Microsoft.AspNetCore.Builder;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>
/// <c>migrate</c> on the command line of a service: brings its schema up to date, as its start does, and ends. It needs nothing but
/// <c>ConnectionStrings:Platform</c>, and no time limit of a start keeps it from its end.
/// </summary>
public static class MigrateCommand
{
    /// <summary>True for command lines that are this command's.</summary>
    public static bool Matches(string[] args) => args is ["migrate", ..];

    /// <summary>Carries the command out.</summary>
    /// <param name="builder">Has the service's event store.</param>
    /// <param name="errors">Gets a line that says why it failed.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(WebApplicationBuilder builder, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(errors);
        await using var app = builder.Build();
        try
        {
            await app.Services.MigrateDatabaseAsync(reason => errors.WriteLine($"platform: {reason}"));
            return 0;
        }
        catch (Exception exception) when (ProcessStart.Reasons(exception) is { } reasons)
        {
            foreach (var reason in reasons)
            {
                await errors.WriteLineAsync($"platform: {reason}");
            }

            return 1;
        }
    }
}
