using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Platform.Gateway.Tests;

/// <summary>What was logged at the levels that an administrator reads; Serilog puts texts into quotes here, not on the console.</summary>
internal sealed class TestLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Message, Exception? Exception)> _warnings = new();

    /// <summary>Warnings and worse, in their order.</summary>
    public IReadOnlyList<(string Message, Exception? Exception)> Warnings => [.. _warnings];

    public ILogger CreateLogger(string categoryName) => new Logger(_warnings);

    public void Dispose() { }

    private sealed class Logger(ConcurrentQueue<(string Message, Exception? Exception)> warnings) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                warnings.Enqueue((formatter(state, exception), exception));
            }
        }
    }
}
