using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Platform.Cli.Checks;
using Platform.LocalServers;

namespace Platform.Cli.Tests.Checks;

public sealed class Checking_a_machine : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(84, CheckResult.Ok)]
    [InlineData(85, CheckResult.Warn)]
    [InlineData(94, CheckResult.Warn)]
    [InlineData(95, CheckResult.Fail)]
    [InlineData(100, CheckResult.Fail)]
    public void says_how_full_a_disk_is(int percent, object expected)
    {
        var check = DataFolderChecks.Disk(100, percent, 100 - percent);

        Assert.Equal(expected, check.Result);
        Assert.Equal(check.Result is CheckResult.Ok, check.Advice is null);
        Assert.StartsWith($"{percent} % full", check.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task fails_when_others_may_read_keys_and_says_what_to_do()
    {
        var data = new DataFolder(_folder.In("data"));
        data.Secret("token-key");
        var port = Ports.Free().ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            "ok",
            (await DoctorAsync("secrets", "--data", data.Root, "--port", port))["result"]!.GetValue<string>()
        );

        var file = data.PathOf("secrets", "token-key");
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherRead);
        var check = await DoctorAsync("secrets", "--data", data.Root, "--port", port);

        Assert.Equal("fail", check["result"]!.GetValue<string>());
        Assert.Contains($"chmod 600 {file}", check["advice"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void names_the_PostgreSQL_that_a_start_would_use()
    {
        var checks = new MachineChecks(
            name => name is "PATH" ? Environment.GetEnvironmentVariable("PATH") : null,
            CancellationToken.None
        );
        Assert.Equal("is fetched with npm at the first start", checks.PostgreSql(_folder.In("new")).Found);

        Directory.CreateDirectory(_folder.In("old", "postgres", "server", "data"));
        File.WriteAllText(_folder.In("old", "postgres", "server", "data", "PG_VERSION"), "15");
        var system = checks.PostgreSql(_folder.In("old"));
        Assert.Equal(
            PrivatePostgresOptions.SystemBinFolder() is { } folder
                ? $"uses {folder}"
                : "is fetched with npm at the first start",
            system.Found
        );
    }

    [Fact]
    public async Task fails_when_another_program_has_the_port()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var doctor = await CommandResult.OfAsync("doctor", "--data", _folder.In("new"), "--port", $"{port}");

        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains($"{port} is in use by another program", doctor.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.In("new")));
    }

    [Fact]
    public async Task of_no_platform_has_nothing_to_verify()
    {
        var verify = await CommandResult.OfAsync("verify", "--data", _folder.In("new"));

        Assert.Equal(
            (1, $"platform: No platform has run on {_folder.In("new")}; give its data folder with --data.\n"),
            (verify.ExitCode, verify.Error)
        );
    }

    private static async Task<JsonNode> DoctorAsync(string name, params string[] arguments)
    {
        var doctor = await CommandResult.OfAsync(["doctor", "--json", .. arguments]);
        return JsonNode.Parse(doctor.Output)!["checks"]!
            .AsArray()
            .Single(check => check!["name"]!.GetValue<string>() == name)!;
    }
}
