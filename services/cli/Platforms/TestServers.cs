using System.CommandLine;
using Platform.LocalServers;

namespace Platform.Cli.Platforms;

/// <summary>The servers of a test run (<c>scripts/test.sh</c>).</summary>
internal static class TestServers
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Where they keep their data." };
        return new Command("test-servers", "Start or stop a PostgreSQL and a RabbitMQ for a test run.")
        {
            new Command("start", "Start them and print the environment variables for the tests.") { folder }.Does(
                context => StartAsync(context, context.Value(folder))
            ),
            new Command("stop", "Stop them.") { folder }.Does(context => StopAsync(context, context.Value(folder))),
        }.AsHidden();
    }

    private static async Task<int> StartAsync(CommandContext context, string folder)
    {
        var root = new DataFolder(folder);
        var options = new PrivatePostgresOptions
        {
            Folder = root.PathOf("postgres"),
            Database = "postgres",
            BinFolder = PrivatePostgresOptions.SystemBinFolder(),
            MaxConnections = 600,
        };
        var postgres = PrivatePostgres.StartAsync(options, context.Error.WriteLine, context.Cancelled);
        var broker = await LocalRabbitMq.StartAsync(
            root.PathOf("rabbitmq"),
            context.Error.WriteLine,
            context.Cancelled
        );
        await context.Out.WriteLineAsync($"PLATFORM_TEST_POSTGRES={(await postgres).ConnectionString}");
        await context.Out.WriteLineAsync($"PLATFORM_TEST_RABBITMQ={broker.Address}");
        return 0;
    }

    private static async Task<int> StopAsync(CommandContext context, string folder)
    {
        await LocalRabbitMq.StopAsync(Path.Combine(folder, "rabbitmq"), context.Cancelled);
        await PrivatePostgres.StopAsync(Path.Combine(folder, "postgres"), context.Cancelled);
        return 0;
    }

    private static Command AsHidden(this Command command)
    {
        command.Hidden = true;
        return command;
    }
}
