using System.Collections.Concurrent;
using Platform.LocalServers;

namespace Platform.TestServers;

/// <summary>
/// The servers of one test run. Each is what its variable names; else a container where a Docker engine answers; else one from
/// this machine's programs. An engine that answers and then fails counts as none.
/// </summary>
internal sealed class ServersOfTheRun(string folder, TextWriter report) : IAsyncDisposable
{
    /// <summary>Of PostgreSQL: test projects run beside each other, and each host in them has pools.</summary>
    public const int MaxConnections = 600;

    /// <summary>Pulling an image included.</summary>
    private static readonly TimeSpan _containerLimit = TimeSpan.FromMinutes(5);

    private readonly ConcurrentBag<RunningServer> _started = [];
    private Uri? _docker;
    private string _whyNoContainer = "";

    /// <summary>Starts what is not given.</summary>
    /// <returns>The variables and what they hold.</returns>
    /// <exception cref="LocalServerException">A server cannot be had in any way.</exception>
    public async Task<IReadOnlyList<(string Variable, string Address)>> StartAsync(CancellationToken cancellationToken)
    {
        (_docker, _whyNoContainer) = await DockerEngine.FindAsync();
        var postgres = ProvideAsync(
            "PostgreSQL",
            "PLATFORM_TEST_POSTGRES",
            Containers.StartPostgresAsync,
            cancel => MachineServers.StartPostgresAsync(Path.Combine(folder, "postgres"), cancel),
            cancellationToken
        );
        var broker = ProvideAsync(
            "RabbitMQ",
            "PLATFORM_TEST_RABBITMQ",
            Containers.StartRabbitMqAsync,
            cancel => MachineServers.StartRabbitMqAsync(Path.Combine(folder, "rabbitmq"), cancel),
            cancellationToken
        );
        return await Task.WhenAll(postgres, broker);
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_started.Select(server => server.StopAsync()));

    private async Task<(string Variable, string Address)> ProvideAsync(
        string name,
        string variable,
        Func<CancellationToken, Task<RunningServer>> startContainer,
        Func<CancellationToken, Task<RunningServer>> startProgram,
        CancellationToken cancellationToken
    )
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given)
        {
            await SayAsync($"{name} for the tests: given by {variable}");
            return (variable, given);
        }

        var reason = _whyNoContainer;
        if (_docker is not null)
        {
            try
            {
                var container = await StartContainerAsync(startContainer, cancellationToken);
                await SayAsync($"{name} for the tests: {container.Place} ({_docker})");
                return (variable, container.Address);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var problem = exception.Message.ReplaceLineEndings(" ").Trim();
                reason = $"the Docker engine {_docker} answers, but starts no container: {problem}";
            }
        }

        var program = await startProgram(cancellationToken);
        _started.Add(program);
        await SayAsync($"{name} for the tests: {program.Place} ({reason})");
        return (variable, program.Address);
    }

    private async Task<RunningServer> StartContainerAsync(
        Func<CancellationToken, Task<RunningServer>> start,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_containerLimit);
        var container = await start(limit.Token);
        _started.Add(container);
        return container;
    }

    private Task SayAsync(string line) => report.WriteLineAsync($"== {line}");
}
