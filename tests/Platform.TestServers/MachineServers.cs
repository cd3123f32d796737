using Platform.LocalServers;

namespace Platform.TestServers;

/// <summary>Servers from the programs that are installed on this machine, each in a folder of its own.</summary>
internal static class MachineServers
{
    private const string Place = "from this machine's programs";

    public static async Task<RunningServer> StartPostgresAsync(string folder, CancellationToken cancellationToken)
    {
        var options = new PrivatePostgresOptions
        {
            Folder = folder,
            Database = "postgres",
            BinFolder = PrivatePostgresOptions.SystemBinFolder(),
            MaxConnections = ServersOfTheRun.MaxConnections,
        };
        var postgres = await PrivatePostgres.StartAsync(options, cancellationToken: cancellationToken);
        return new RunningServer(postgres.ConnectionString, Place, () => postgres.StopAsync(CancellationToken.None));
    }

    public static async Task<RunningServer> StartRabbitMqAsync(string folder, CancellationToken cancellationToken)
    {
        var broker = await LocalRabbitMq.StartAsync(folder, cancellationToken: cancellationToken);
        return new RunningServer(broker.Address, Place, () => broker.StopAsync(CancellationToken.None));
    }
}
