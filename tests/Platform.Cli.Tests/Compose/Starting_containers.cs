using Platform.Cli.Compose;

namespace Platform.Cli.Tests.Compose;

public sealed class Starting_containers : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TestFolder _folder = new();

    public Starting_containers() => Assert.True(ComposeSettings.Create(Stored, "127.0.0.1", 5080, agents: null));

    public void Dispose() => _folder.Dispose();

    private string Stored => _folder.In("stack.env");

    [Fact]
    public async Task needs_the_file_with_secrets()
    {
        File.Delete(Stored);

        Assert.Equal($"platform: {Stored} does not exist: './platform compose init' writes it.\n", await ErrorAsync());
    }

    [Theory]
    [InlineData("RABBITMQ_PASSWORD", "", "RABBITMQ_PASSWORD is missing")]
    [InlineData("RABBITMQ_PASSWORD", "guest", "RABBITMQ_PASSWORD is weak: it has fewer than 16 characters")]
    [InlineData("POSTGRES_PASSWORD", "abababababababababab", "POSTGRES_PASSWORD is weak: it repeats a few characters")]
    [InlineData(
        "MINIO_PASSWORD",
        "with@characters/of:addresses",
        "MINIO_PASSWORD has characters that cannot be part of an address"
    )]
    [InlineData("PLATFORM_TOKEN_KEY", "c2hvcnQ=", "PLATFORM_TOKEN_KEY is weak: it has 5 bytes and needs 32")]
    [InlineData("PLATFORM_TOKEN_KEY", "no-base64!", "PLATFORM_TOKEN_KEY is not Base64")]
    [InlineData(
        "PLATFORM_TOKEN_KEY",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "PLATFORM_TOKEN_KEY is weak: it repeats a few bytes"
    )]
    public async Task refuses_a_secret_that_is_missing_or_could_be_guessed(string name, string value, string problem)
    {
        var lines = (await File.ReadAllLinesAsync(Stored))
            .Select(line => line.StartsWith($"{name}=", StringComparison.Ordinal) ? $"{name}={value}" : line)
            .ToList();
        await File.WriteAllLinesAsync(Stored, lines);

        Assert.StartsWith($"platform: {Stored}: {problem}", await ErrorAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_secrets_that_others_may_read()
    {
        File.SetUnixFileMode(Stored, Owner | UnixFileMode.OtherRead);

        Assert.Equal(
            $"platform: {Stored} holds secrets and others may read it: chmod 600 {Stored}\n",
            await ErrorAsync()
        );
    }

    [Fact]
    public async Task says_that_docker_is_missing() =>
        Assert.StartsWith(
            "platform: Docker is not installed",
            await ErrorAsync(path: _folder.Path),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task says_that_the_compose_plugin_is_missing() =>
        Assert.StartsWith(
            "platform: Docker has no Compose 2",
            await ErrorAsync("echo \"docker: 'compose' is not a docker command.\" >&2; exit 1"),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task says_that_the_engine_does_not_answer() =>
        Assert.StartsWith(
            "platform: The Docker engine does not answer: Cannot connect to the Docker daemon.",
            await ErrorAsync(
                "case $1 in compose) echo 2.26.1 ;; *) echo Cannot connect to the Docker daemon. >&2; exit 1 ;; esac"
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task says_that_a_port_is_in_use() =>
        Assert.Contains(
            $"platform: A port is in use: Bind for 127.0.0.1:5080 failed: port is already allocated Stop what listens there, or set another port (PLATFORM_PORT) in {Stored}.",
            await ErrorAsync(
                "case $* in *version*) echo 2.26.1 ;; *\" up \"*) echo Bind for 127.0.0.1:5080 failed: port is already allocated >&2; exit 1 ;; esac"
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task shows_why_a_container_starts_again_and_again_before_the_time_is_over() =>
        Assert.Contains(
            "platform: jobs is not ready: The schema 'jobs' belongs to a newer release.\n",
            await ErrorAsync(
                """
                case $* in
                *version*) echo 2.26.1 ;;
                *" up "*) exec sleep 60 ;;
                *" ps "*) echo '{"ID":"1","Service":"jobs","State":"restarting","Health":"","ExitCode":1}' ;;
                inspect*) echo 1 3 ;;
                logs*) echo "platform: The schema 'jobs' belongs to a newer release." ;;
                esac
                """
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public void reads_what_both_kinds_of_compose_list()
    {
        const string One = """{"ID":"1","Service":"jobs","State":"running","Health":"healthy","ExitCode":0}""";
        const string Two = """{"ID":"2","Service":"minio-volume","State":"exited","Health":"","ExitCode":0}""";

        var lines = ComposeContainers.Parse($"{One}\n{Two}\n");

        Assert.Equal(lines, ComposeContainers.Parse($"[{One},{Two}]"));
        Assert.Equal(["healthy", "done"], lines.Select(one => one.Summary));
        Assert.All(lines, one => Assert.True(one.IsFine));
        Assert.False((lines[1] with { ExitCode = 1 }).IsFine);
        Assert.False((lines[0] with { Health = "starting" }).IsFine);
    }

    [Fact]
    public void shows_which_checks_fail_of_a_program_that_runs()
    {
        const string Report =
            """{"status":"unhealthy","checks":{"database":{"status":"healthy","description":null},"bus":{"status":"unhealthy","description":"Not ready"},"jobs":{"status":"unhealthy","description":null}}}""";

        Assert.Equal("bus: Not ready; jobs: not healthy", ComposeContainers.FailedChecks(["", Report, ""]));
        Assert.Null(ComposeContainers.FailedChecks(["", "no report"]));
    }

    [Fact]
    public void shows_what_a_program_said_before_it_ended()
    {
        Assert.Equal(
            "The schema is newer.",
            ComposeContainers.MessageOf(["""{"message":"Starting"}""", "platform: The schema is newer.", ""])
        );
        Assert.Equal(
            "Cannot connect refused",
            ComposeContainers.MessageOf(["""{"message":"Cannot connect","error":{"message":"refused"}}"""])
        );
        Assert.Equal("FATAL: wrong password", ComposeContainers.MessageOf(["FATAL: wrong password"]));
    }

    /// <summary>What <c>compose up</c> prints to standard error when it fails.</summary>
    /// <param name="docker">What the program <c>docker</c> does; the machine's own when null.</param>
    private async Task<string> ErrorAsync(string? docker = null, string? path = null)
    {
        if (docker is not null)
        {
            path = $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
            await File.WriteAllTextAsync(_folder.In("docker"), $"#!/bin/sh\n{docker}\n");
            File.SetUnixFileMode(_folder.In("docker"), Owner | UnixFileMode.UserExecute);
        }

        var result = await CliProcess.RunAsync(_folder.Path, ["compose", "up", "--env-file", Stored], path);
        Assert.Equal(1, result.ExitCode);
        return result.Error;
    }
}
