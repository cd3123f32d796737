using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Platform.Sdk.Logging;

/// <summary>Tracked runs among what a program logs to.</summary>
public static class LoggingBuilderExtensions
{
    /// <summary>Adds what the program logs to a text of its run.</summary>
    /// <param name="logging">The program's logging.</param>
    /// <param name="run">The run.</param>
    /// <param name="name">The text's name.</param>
    public static ILoggingBuilder AddTrackedRun(this ILoggingBuilder logging, TrackedRun run, string name = "log")
    {
        ArgumentNullException.ThrowIfNull(logging);
        logging.Services.AddSingleton<ILoggerProvider>(new RunLoggerProvider(run, name));
        return logging;
    }
}
