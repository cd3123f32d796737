using System.CommandLine;

namespace Platform.Cli;

/// <summary>What a command gets from the process that runs it.</summary>
internal sealed class CommandInvocation : InvocationConfiguration
{
    /// <summary>Where a secret can be read from.</summary>
    public TextReader Input { get; init; } = Console.In;

    /// <summary>Environment variables by name.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Whether a person can be asked.</summary>
    public bool IsInteractive => ReferenceEquals(Input, Console.In) && !Console.IsInputRedirected;
}
