using System.Security.Cryptography;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;

namespace Platform.TestServers;

/// <summary>
/// Servers in containers. Where their images cannot be pulled, <c>scripts/make-test-images.sh</c> makes images with these names.
/// </summary>
internal static class Containers
{
    private const string PostgresImage = "postgres:15";
    private const string RabbitMqImage = "rabbitmq:3.10-management";

    // Ryuk, which removes containers of a killed run, is an image of its own that would have to be pulled. This process outlives
    // the run and stops them itself; a stopped one is removed by the engine.
    static Containers() => TestcontainersSettings.ResourceReaperEnabled = false;

    public static async Task<RunningServer> StartPostgresAsync(CancellationToken cancellationToken)
    {
        var container = new PostgreSqlBuilder(PostgresImage)
            .WithPassword(NewPassword())
            .WithCommand("-c", $"max_connections={ServersOfTheRun.MaxConnections}")
            .WithAutoRemove(true)
            .WithLogger(NullLogger.Instance)
            .Build();
        await StartAsync(container, cancellationToken);
        return Describe(container, container.GetConnectionString(), PostgresImage);
    }

    public static async Task<RunningServer> StartRabbitMqAsync(CancellationToken cancellationToken)
    {
        var container = new RabbitMqBuilder(RabbitMqImage)
            .WithPassword(NewPassword())
            .WithAutoRemove(true)
            .WithLogger(NullLogger.Instance)
            .Build();
        await StartAsync(container, cancellationToken);
        return Describe(container, container.GetConnectionString(), RabbitMqImage);
    }

    private static async Task StartAsync(DockerContainer container, CancellationToken cancellationToken)
    {
        try
        {
            await container.StartAsync(cancellationToken);
        }
        catch
        {
            Task stop = container.DisposeAsync().AsTask();
            await stop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static RunningServer Describe(DockerContainer container, string address, string image) =>
        new(address, $"in a container of {image}", () => container.DisposeAsync().AsTask());

    private static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
}
