using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Platform.LocalServers;

namespace Platform.Cli.Tests.LocalServers;

/// <summary>What <c>tests/Platform.TestServers</c> chooses. RabbitMQ is given, so that only PostgreSQL has to start.</summary>
[Trait("suite", "integration")]
public sealed class Servers_for_a_test_run
{
    private const string Broker = "amqp://given:given@127.0.0.1:1/";

    [Fact]
    public async Task are_those_that_the_environment_names()
    {
        var run = await RunAsync(docker: Nowhere(), postgres: "Host=given");

        Assert.Equal(["PLATFORM_TEST_POSTGRES=Host=given", $"PLATFORM_TEST_RABBITMQ={Broker}"], run.Variables);
        Assert.Contains(
            "PostgreSQL for the tests: given by PLATFORM_TEST_POSTGRES",
            run.Said,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task are_of_this_machine_where_no_Docker_engine_answers_and_stop_when_the_run_ends()
    {
        var connection = "";
        var run = await RunAsync(
            docker: Nowhere(),
            whileRunning: async postgres => connection = await ConnectAsync(postgres)
        );

        Assert.Contains(
            "PostgreSQL for the tests: from this machine's programs (no Docker engine answers at tcp://127.0.0.1:",
            run.Said,
            StringComparison.Ordinal
        );
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ConnectAsync(connection));
    }

    [Fact]
    public async Task are_of_this_machine_where_a_Docker_engine_answers_and_then_fails()
    {
        await using var engine = WebApplication.CreateSlimBuilder().Build();
        engine.Urls.Add("http://127.0.0.1:0");
        engine.Run(AnswerAsync);
        await engine.StartAsync();
        var address = engine.Urls.Single().Replace("http:", "tcp:", StringComparison.Ordinal);

        var run = await RunAsync(address, whileRunning: ConnectAsync);

        Assert.Contains(
            $"PostgreSQL for the tests: from this machine's programs (the Docker engine {address}",
            run.Said,
            StringComparison.Ordinal
        );
        Assert.Contains("starts no container", run.Said, StringComparison.Ordinal);
        Assert.Contains("no space left on device", run.Said, StringComparison.Ordinal);

        static Task AnswerAsync(HttpContext context)
        {
            var path = context.Request.Path.Value!;
            if (path.EndsWith("/_ping", StringComparison.Ordinal))
            {
                return context.Response.WriteAsync("OK");
            }

            if (path.EndsWith("/version", StringComparison.Ordinal))
            {
                return context.Response.WriteAsync("""{ "Version": "25.0", "ApiVersion": "1.44" }""");
            }

            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return context.Response.WriteAsync("""{ "message": "no space left on device" }""");
        }
    }

    [Fact]
    public async Task are_of_this_machine_where_a_Docker_engine_never_answers()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = $"tcp://{silent.LocalEndpoint}";

        var run = await RunAsync(address, whileRunning: ConnectAsync);

        Assert.Contains($"(no Docker engine answers at {address}", run.Said, StringComparison.Ordinal);
    }

    private static string Nowhere() => $"tcp://127.0.0.1:{Ports.Free()}";

    private static async Task<Run> RunAsync(
        string docker,
        string? postgres = null,
        Func<string, Task>? whileRunning = null
    )
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Repository.Built("Platform.TestServers", "Platform.TestServers.dll")]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOCKER_HOST"] = docker;
        start.Environment["PLATFORM_TEST_RABBITMQ"] = Broker;
        start.Environment["PLATFORM_TEST_POSTGRES"] = postgres;
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEndAsync();
        var variables = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { Length: > 0 } line)
        {
            variables.Add(line);
        }

        if (whileRunning is not null)
        {
            await whileRunning(variables[0]["PLATFORM_TEST_POSTGRES=".Length..]);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return new Run(variables, await said);
    }

    private static async Task<string> ConnectAsync(string postgres)
    {
        await using var connection = new NpgsqlConnection($"{postgres};Pooling=false");
        await connection.OpenAsync();
        return postgres;
    }

    private sealed record Run(IReadOnlyList<string> Variables, string Said);
}
