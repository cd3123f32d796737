using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Platform.Cli.Server;
using Platform.Contracts.Services;
using Platform.LocalServers;

namespace Platform.Cli.Checks;

/// <summary>What can be wrong with the machine.</summary>
/// <param name="variable">Environment variables by name.</param>
internal sealed class MachineChecks(Func<string, string?> variable, CancellationToken cancellationToken)
{
    private const int EnoughFiles = 4096;
    private const long EnoughMemory = 1L << 30;

    /// <summary>A query of a program must not keep the doctor waiting.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    /// <summary>The versions of what runs it.</summary>
    public Check System() =>
        OperatingSystem.IsLinux()
            ? Check.Ok(
                "versions",
                $"platform {PlatformVersion.Current}, .NET {Environment.Version}, {RuntimeInformation.OSDescription}"
            )
            : Check.Warn(
                "versions",
                $"{RuntimeInformation.OSDescription} is not Linux",
                "The platform runs; trainings need an agent on Linux."
            );

    /// <summary>Programs that every start needs.</summary>
    public Check Programs()
    {
        string[] needed = Environment.IsPrivilegedProcess ? ["sh", "setsid", "setpriv"] : ["sh", "setsid"];
        var missing = needed.Where(name => Find(name) is null).ToList();
        return missing.Count == 0
            ? Check.Ok("programs", $"{string.Join(", ", needed)} are there")
            : Check.Fail(
                "programs",
                $"{string.Join(", ", missing)} cannot be found",
                "Install util-linux, or correct PATH."
            );
    }

    /// <summary>The database server of the data folder.</summary>
    public Check PostgreSql(string root)
    {
        if (variable("ConnectionStrings__Platform") is { Length: > 0 })
        {
            return Check.Ok("PostgreSQL", "a server of your own is given in ConnectionStrings__Platform");
        }

        var packages = new DirectoryInfo(Path.Combine(root, "postgres", "packages"));
        var fetched = packages.Exists ? packages.EnumerateFiles("installed-*").FirstOrDefault() : null;
        var hasData = File.Exists(Path.Combine(root, "postgres", "server", "data", "PG_VERSION"));
        var programs =
            variable("PLATFORM_PG_BIN") is { Length: > 0 } given ? given
            : fetched is not null ? $"the package {fetched.Name["installed-".Length..]}"
            : hasData || Find("npm") is null ? PrivatePostgresOptions.SystemBinFolder()
            : null;
        return programs is not null ? Check.Ok("PostgreSQL", $"uses {programs}")
            : Find("npm") is not null ? Check.Ok("PostgreSQL", "is fetched with npm at the first start")
            : Check.Fail(
                "PostgreSQL",
                "there is none, and no npm that would fetch one",
                "Install one (Debian: apt-get install postgresql), or Node.js 20 with npm, or set PLATFORM_PG_BIN."
            );
    }

    /// <summary>Whether the platform has its port, or could have it.</summary>
    public static Check Port(string root, int port)
    {
        if (RunningPlatform.Find(root) is { } running)
        {
            return Check.Ok("port", $"the platform runs at {running.Url.AbsoluteUri.TrimEnd('/')}");
        }

        return Ports.IsFree(port)
            ? Check.Ok("port", $"{port} is free")
            : Check.Fail(
                "port",
                $"{port} is in use by another program",
                "Choose another with './platform up --port', or stop what listens there ('ss -ltnp' shows it)."
            );
    }

    /// <summary>Whether the clock is behind what was stored, or nothing keeps it right.</summary>
    public async Task<Check> ClockAsync(string root)
    {
        var log = new FileInfo(Path.Combine(root, "logs", "platform.log"));
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        if (log.Exists && log.LastWriteTimeUtc > now.AddMinutes(1))
        {
            return Check.Fail(
                "clock",
                $"it says {now:yyyy-MM-dd HH:mm}Z, but the platform has written at {log.LastWriteTimeUtc:yyyy-MM-dd HH:mm}Z",
                "Set the clock (timedatectl set-ntp true)."
            );
        }

        var (exitCode, output) = await RunAsync("timedatectl", "show", "-p", "NTPSynchronized", "--value");
        return exitCode == 0 && output is "no"
            ? Check.Warn(
                "clock",
                $"{now:yyyy-MM-dd HH:mm}Z, kept right by nothing",
                "Turn on time synchronization (timedatectl set-ntp true): tokens and deadlines are compared between machines."
            )
            : Check.Ok("clock", $"{now:yyyy-MM-dd HH:mm}Z{(output is "yes" ? ", synchronized" : "")}");
    }

    /// <summary>How many files a process may have open: followed logs and connections are files.</summary>
    public static Check OpenFiles()
    {
        var line = File.Exists("/proc/self/limits")
            ? File.ReadLines("/proc/self/limits")
                .FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            : null;
        var hard = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, _, var text, ..]
            ? long.TryParse(text, CultureInfo.InvariantCulture, out var number)
                ? number
                : long.MaxValue
            : long.MaxValue;
        return hard >= EnoughFiles
            ? Check.Ok("open files", hard == long.MaxValue ? "not limited" : $"up to {hard}")
            : Check.Warn(
                "open files",
                $"at most {hard}",
                $"Allow {EnoughFiles} or more (ulimit -Hn, systemd: LimitNOFILE=65536)."
            );
    }

    /// <summary>Memory for the services and the database.</summary>
    public static Check Memory()
    {
        var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return bytes >= EnoughMemory
            ? Check.Ok("memory", $"{JsonText.Bytes(bytes)} for this process at most")
            : Check.Warn(
                "memory",
                $"{JsonText.Bytes(bytes)}",
                "The services and the database need 1 GiB, trainings come on top."
            );
    }

    /// <summary>Whether a GPU that is built in can be used.</summary>
    public async Task<Check> GpuAsync()
    {
        var (exitCode, output) = await RunAsync(
            "nvidia-smi",
            "--query-gpu=name,driver_version",
            "--format=csv,noheader"
        );
        return exitCode switch
        {
            0 when output.Length > 0 => Check.Ok("GPU", output.Replace("\n", "; ", StringComparison.Ordinal)),
            null when HasNvidia() => Check.Warn(
                "GPU",
                "there is one of NVIDIA, but no nvidia-smi",
                "Install NVIDIA's driver, or jobs cannot use it."
            ),
            null => Check.Ok("GPU", "none of NVIDIA; jobs use CPUs"),
            _ => Check.Warn(
                "GPU",
                $"nvidia-smi fails: {output.Split('\n')[0]}",
                "Restart the machine after a driver update; otherwise install the driver again."
            ),
        };
    }

    private static bool HasNvidia() =>
        Directory.Exists("/sys/bus/pci/devices")
        && Directory
            .EnumerateDirectories("/sys/bus/pci/devices")
            .Any(device => Is(device, "vendor", "0x10de") && Is(device, "class", "0x03"));

    private static bool Is(string device, string file, string value)
    {
        try
        {
            return File.ReadAllText(Path.Combine(device, file)).StartsWith(value, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string? Find(string name) =>
        (variable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    /// <summary>Runs a program; no exit code when there is none of the name.</summary>
    private async Task<(int? ExitCode, string Output)> RunAsync(string name, params IReadOnlyList<string> arguments)
    {
        if (Find(name) is not { } program)
        {
            return (null, "");
        }

        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, (await output + await errors).Trim());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            return (1, "it does not answer");
        }
    }
}
