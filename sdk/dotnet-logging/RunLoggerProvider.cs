using Microsoft.Extensions.Logging;

namespace Platform.Sdk.Logging;

/// <summary>
/// Adds what a program logs to a text of its run, one line or more for each message. The run is the program's to end; what is
/// logged afterwards is kept nowhere here.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="name">The text's name.</param>
[ProviderAlias("TrackedRun")]
public sealed class RunLoggerProvider(TrackedRun run, string name = "log") : ILoggerProvider
{
    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new RunLogger(run, name, categoryName);

    /// <summary>Does nothing: the run goes on.</summary>
    public void Dispose() { }

    private sealed class RunLogger(TrackedRun run, string name, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None && run.IsEnabled && !run.IsFinished;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var line = $"{Word(logLevel)} {category}: {formatter(state, exception)}";
            run.LogText(exception is null ? line : $"{line}\n{exception}", name);
        }

        private static string Word(LogLevel level) =>
            level switch
            {
                LogLevel.Trace => "trace",
                LogLevel.Debug => "debug",
                LogLevel.Information => "info",
                LogLevel.Warning => "warning",
                LogLevel.Error => "error",
                _ => "critical",
            };
    }
}
