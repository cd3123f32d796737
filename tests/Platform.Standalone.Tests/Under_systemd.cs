using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Platform.LocalServers;

namespace Platform.Standalone.Tests;

/// <summary>The units in <c>infra/systemd</c>, and a process that is started as they start it.</summary>
[Trait("suite", "e2e")]
public sealed class Under_systemd : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private Process? _process;

    [Theory]
    [InlineData("platform@.service", 3.0)]
    [InlineData("platform.service", 3.0)]
    [InlineData("platform-agent.service", 6.0)]
    public async Task a_unit_is_valid_and_has_no_more_rights_than_it_needs(string name, double most)
    {
        var unit = _folder.In(name.Replace("@", "@Jobs", StringComparison.Ordinal));
        File.Copy(Repository.PathOf("infra", "systemd", name), unit);

        var security = await RunAsync("security", "--offline=true", unit);
        // The program that it starts is not installed here.
        var problems = (await RunAsync("verify", unit))
            .Split('\n')
            .Where(line => line.Contains(Path.GetFileName(unit), StringComparison.Ordinal))
            .Where(line => !line.Contains("not executable", StringComparison.Ordinal));

        Assert.Empty(problems);
        var level = security.Split("exposure level for")[^1].Split(": ")[1].Split(' ')[0];
        Assert.InRange(double.Parse(level, CultureInfo.InvariantCulture), 0.1, most);
    }

    [Fact]
    public async Task an_agent_that_is_restarted_signals_no_training()
    {
        var unit = await File.ReadAllLinesAsync(Repository.PathOf("infra", "systemd", "platform-agent.service"));

        Assert.Contains("KillMode=process", unit);
        Assert.Contains(unit, line => line.Contains("Agent__OnStop=Keep", StringComparison.Ordinal));
    }

    [Fact]
    public async Task the_platform_says_when_it_is_ready_that_it_lives_and_when_it_stops_and_reads_credentials()
    {
        using var notified = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        notified.Bind(new UnixDomainSocketEndPoint(_folder.In("notify")));
        Directory.CreateDirectory(_folder.In("credentials"));
        await File.WriteAllTextAsync(_folder.In("credentials/Gateway__RequireTokens"), "always\n");
        var port = Ports.Free();
        _process = Start(port);

        var heard = new List<string>();
        await HearAsync(notified, heard, "READY=1");
        await HearAsync(notified, heard, "WATCHDOG=1");
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/api/jobs"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);

        heard.Clear();
        Unix.Signal(_process.Id, Unix.Terminate);
        await HearAsync(notified, heard, "STOPPING=1");
        await _process.WaitForExitAsync();
        Assert.Equal(0, _process.ExitCode);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        await PrivatePostgres.StopAsync(Path.Combine(_folder.In("data"), "postgres"));
        _folder.Dispose();
    }

    private Process Start(int port)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Platform.Standalone.dll");
        return Process.Start(
            new ProcessStartInfo(
                "sh",
                ["-c", $"exec dotnet {program} --data={_folder.In("data")} --port={port} >{_folder.In("output")} 2>&1"]
            )
            {
                Environment =
                {
                    ["NOTIFY_SOCKET"] = _folder.In("notify"),
                    ["WATCHDOG_USEC"] = "1000000",
                    ["CREDENTIALS_DIRECTORY"] = _folder.In("credentials"),
                },
            }
        )!;
    }

    private async Task HearAsync(Socket socket, List<string> heard, string state)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var buffer = new byte[4096];
        while (!heard.Contains(state, StringComparer.Ordinal))
        {
            try
            {
                var length = await socket.ReceiveAsync(buffer, limit.Token);
                heard.AddRange(Encoding.UTF8.GetString(buffer, 0, length).Split('\n'));
            }
            catch (OperationCanceledException)
            {
                Assert.Fail(
                    $"No {state} but {string.Join(' ', heard)}:\n{await File.ReadAllTextAsync(_folder.In("output"))}"
                );
            }
        }
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("systemd-analyze", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["SYSTEMD_PAGER"] = "" },
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output + await errors;
    }
}
