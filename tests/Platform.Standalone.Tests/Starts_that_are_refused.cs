using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Platform.Contracts.Services;

namespace Platform.Standalone.Tests;

/// <summary>The real programs of the services: what they say when they do not start.</summary>
[Trait("suite", "integration")]
public sealed class Starts_that_are_refused : IAsyncLifetime
{
    private const string Key = "nVsJSipQ3HpdmPK1RqOYISNR5RZBM7VGH8x5jhSjQ2I=";
    private readonly TestFolder _folder = new();
    private TestDatabase _database = null!;

    public static TheoryData<string> Schemas => [.. ServiceCatalog.Schemas];

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync()
    {
        _folder.Dispose();
        await _database.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    public async Task say_what_is_wrong_with_all_settings_in_a_line_each(string service)
    {
        var lines = await RefusedAsync(
            service,
            [
                "--Disk:WarnPercent=many",
                "--Platform:StopDelay=01:00:00",
                "--Messaging:Transport=Pigeon",
                "--ConnectionStrings:Platform=",
            ]
        );

        Assert.Contains("platform: Disk:WarnPercent is 'many', which is not a whole number in range.", lines);
        Assert.Contains("platform: Messaging:Transport is 'Pigeon', which is not one of InMemory, RabbitMq.", lines);
        Assert.Contains("platform: Platform:StopDelay must be between 00:00:00 and 00:00:20.", lines);
        Assert.Contains(
            lines,
            line => line.StartsWith("platform: Platform:TokenKey is missing. ", StringComparison.Ordinal)
        );
        Assert.Contains(
            lines,
            line => line.StartsWith("platform: ConnectionStrings:Platform is missing. ", StringComparison.Ordinal)
        );
        Assert.Equal(lines.Distinct(StringComparer.Ordinal), lines);
    }

    [Theory]
    [InlineData("--Messaging:Transport=Pigeon", "Messaging:Transport")]
    [InlineData("--Messaging:Transport=RabbitMq", "Messaging:RabbitMq must be the broker's address")]
    [InlineData("--urls=nonsense", "--urls must name addresses like")]
    [InlineData("--Nodes:HeartbeatSeconds=0", "Nodes:HeartbeatSeconds must be between 0.05 and 3600.")]
    public async Task name_the_setting(string setting, string words)
    {
        var line = Assert.Single(await RefusedAsync("nodes", [.. Settings(), setting]));

        Assert.Contains(words, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task name_a_port_that_is_in_use()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var line = Assert.Single(await RefusedAsync("jobs", [.. Settings(), $"--urls=http://127.0.0.1:{port}"]));

        Assert.Equal(
            $"platform: Port {port} is in use on 127.0.0.1. Choose another with --urls, or stop what listens there.",
            line
        );
    }

    [Theory]
    [InlineData("Password=wrong", "does not let the user '")]
    [InlineData("Username=nobody-of-that-name", "does not let the user 'nobody-of-that-name' in")]
    [InlineData("Database=no_such_database", "has no database 'no_such_database'")]
    public async Task name_what_the_database_refuses_and_do_not_wait(string setting, string words)
    {
        var watch = Stopwatch.StartNew();

        var line = Assert.Single(await RefusedAsync("jobs", Settings($"{_database.ConnectionString};{setting}")));

        Assert.Contains(words, line, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings:Platform.", line, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(50), $"It took {watch.Elapsed}.");
    }

    [Fact]
    public async Task name_the_newer_release()
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(
            "create schema jobs; create table jobs.migration (name varchar, applied_at timestamptz default now()); insert into jobs.migration (name) values ('999_of_tomorrow')"
        );
        await command.ExecuteNonQueryAsync();

        var line = Assert.Single(await RefusedAsync("jobs", Settings()));

        Assert.StartsWith("platform: The schema 'jobs' belongs to a newer release", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task name_a_folder_that_cannot_be_written_to()
    {
        var file = _folder.In("file");
        await File.WriteAllTextAsync(file, "");

        var line = Assert.Single(await RefusedAsync("artifacts", [.. Settings(), $"--Artifacts:Folder={file}/blobs"]));

        Assert.StartsWith("platform: The folder of artifacts cannot be written to: ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task of_an_agent_name_all_of_its_settings()
    {
        var lines = await RunAsync(
            "Platform.GpuAgent",
            ["--Agent:Cpus=all", "--Agent:SpoolMiB=0", "--Disk:WarnPercent=0"]
        );

        Assert.Contains("agent: Agent:Cpus is 'all', which is not a number.", lines);
        Assert.Contains("agent: Disk:WarnPercent must be between 1 and 100.", lines);
        Assert.All(lines, line => Assert.StartsWith("agent: ", line, StringComparison.Ordinal));

        lines = await RunAsync("Platform.GpuAgent", ["--Agent:SpoolMiB=0"]);
        Assert.Equal(
            ["agent: Agent:Server is required.", "agent: Agent:SpoolMiB must be between 1 and 2147483647."],
            lines
        );
    }

    [Fact]
    public async Task of_an_agent_name_a_folder_that_cannot_be_used()
    {
        var file = _folder.In("file");
        await File.WriteAllTextAsync(file, "");

        var line = Assert.Single(
            await RunAsync(
                "Platform.GpuAgent",
                ["--Agent:Server=http://127.0.0.1:1", $"--Agent:StateFolder={file}/state"]
            )
        );

        Assert.StartsWith($"agent: The state folder {file}/state cannot be used: ", line, StringComparison.Ordinal);
    }

    private string[] Settings(string? connection = null) =>
        [
            "--urls=http://127.0.0.1:0",
            $"--Platform:TokenKey={Key}",
            $"--ConnectionStrings:Platform={connection ?? _database.ConnectionString}",
            "--Nodes:JoinToken=0123456789abcdef0123456789abcdef",
            $"--Artifacts:Folder={_folder.Path}",
        ];

    private static Task<IReadOnlyList<string>> RefusedAsync(string service, string[] arguments) =>
        RunAsync(ServiceCatalog.ProjectOf(service), arguments);

    /// <summary>All that a program says until it ends, which is to be with 1.</summary>
    private static async Task<IReadOnlyList<string>> RunAsync(string project, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.Built(project, $"{project}.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.Equal((1, ""), (process.ExitCode, await output));
            return (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
