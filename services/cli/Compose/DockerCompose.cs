using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Platform.Cli.Platforms;

namespace Platform.Cli.Compose;

/// <summary>What a program that ran to its end said.</summary>
internal sealed record DockerResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The last line of what went wrong.</summary>
    public string LastError => Errors.TrimEnd().Split('\n')[^1].Trim();
}

/// <summary>Runs <c>docker compose</c> on the files in <c>infra/compose</c>.</summary>
internal sealed class DockerCompose(ComposeSettings settings, IReadOnlyList<string> profiles)
{
    private readonly string _folder = SourceTree.PathOf("infra", "compose");

    /// <exception cref="CliException">Docker or its compose plugin is missing, or the engine does not answer.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var plugin = await RunAsync(["compose", "version", "--short"], echo: null, cancellationToken);
        if (
            plugin.ExitCode != 0
            || !int.TryParse(
                plugin.Output.Trim().TrimStart('v').Split('.')[0],
                CultureInfo.InvariantCulture,
                out var major
            )
            || major < 2
        )
        {
            throw new CliException(
                "Docker has no Compose 2: install its plugin (https://docs.docker.com/compose/install/linux; Debian 13: apt-get install docker-compose)."
            );
        }

        var engine = await RunAsync(["version", "--format", "{{.Server.Version}}"], echo: null, cancellationToken);
        if (engine.ExitCode != 0)
        {
            throw new CliException(
                $"The Docker engine does not answer: {engine.LastError} Start it (systemctl start docker), or say in DOCKER_HOST where it is."
            );
        }
    }

    /// <summary>Runs <c>docker compose …</c> and keeps what it prints.</summary>
    /// <param name="echo">Where its progress is shown too.</param>
    public Task<DockerResult> ComposeAsync(
        IReadOnlyList<string> arguments,
        TextWriter? echo,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            [
                "compose",
                "--env-file",
                settings.Path,
                .. profiles.SelectMany(profile => new[] { "--profile", profile }),
                .. arguments,
            ],
            echo,
            cancellationToken
        );

    /// <summary>Runs <c>docker compose …</c> on this process's terminal.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ShowAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(
            [
                "compose",
                "--env-file",
                settings.Path,
                .. profiles.SelectMany(profile => new[] { "--profile", profile }),
                .. arguments,
            ],
            redirect: false
        );
        await WaitAsync(process, cancellationToken);
        return process.ExitCode;
    }

    /// <summary>Runs <c>docker …</c>.</summary>
    public async Task<DockerResult> RunAsync(
        IReadOnlyList<string> arguments,
        TextWriter? echo,
        CancellationToken cancellationToken
    )
    {
        using var process = Start(arguments, redirect: true);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = ReadErrorsAsync(process.StandardError, echo);
        await WaitAsync(process, cancellationToken);
        return new DockerResult(process.ExitCode, await output, await errors);
    }

    private static async Task<string> ReadErrorsAsync(StreamReader reader, TextWriter? echo)
    {
        var all = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line)
        {
            all.Append(line).Append('\n');
            if (echo is not null)
            {
                await echo.WriteLineAsync(line);
            }
        }

        return all.ToString();
    }

    private Process Start(IReadOnlyList<string> arguments, bool redirect)
    {
        var start = new ProcessStartInfo("docker", arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = redirect,
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
        };
        foreach (var (name, value) in settings.Derived(profiles))
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new CliException(
                "Docker is not installed: there is no program 'docker'. Get it from https://docs.docker.com/engine/install (Debian: apt-get install docker.io)."
            );
        }
    }

    private static async Task WaitAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
