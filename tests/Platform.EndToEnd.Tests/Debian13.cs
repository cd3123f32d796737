using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Platform.EndToEnd.Tests;

/// <summary>
/// The system files of Debian 13, for programs that need newer libraries than this machine has. They share everything else with
/// it: the kernel, the network, process ids, the .NET runtime and the folders they are given.
/// </summary>
public sealed class Debian13 : IAsyncLifetime
{
    /// <summary>The C library and a shell for the agent, what .NET needs; apt picks what these depend on.</summary>
    private static readonly string[] _packages =
    [
        "base-files",
        "coreutils",
        "dash",
        "libc6",
        "libssl3t64",
        "libstdc++6",
        "util-linux",
    ];

    /// <summary>
    /// Puts a new root together in a mount namespace of its own, so that no mount outlives what runs in it, and starts a
    /// program there. Arguments: Debian's files, an empty folder, .NET's folder, folders that keep their paths, --, the program.
    /// </summary>
    private const string Enter = """
        set -e
        share() {
          mkdir -p "$root$2"
          mount --rbind "$1" "$root$2"
        }
        debian=$1 root=$2 dotnet=$3
        shift 3
        mount -t tmpfs none "$root"
        cp -P "$debian/bin" "$debian/sbin" "$debian/lib" "$debian/lib64" "$root"
        share "$debian/usr" /usr
        share "$debian/etc" /etc
        share "$dotnet" /dotnet
        for folder in /dev /proc /sys; do share "$folder" "$folder"; done
        mkdir -m 1777 "$root/tmp"
        while [ "$1" != -- ]; do
          share "$1" "$1"
          shift
        done
        shift
        exec chroot "$root" /usr/bin/env PATH=/dotnet:/usr/bin:/usr/sbin DOTNET_ROOT=/dotnet HOME=/tmp "$@"
        """;

    private readonly TestFolder _root = new();

    /// <summary>Where the files are kept for later runs, outside of the source tree.</summary>
    private static string Kept =>
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
                ? cache
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "platform-tests",
            $"debian-13-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(',', _packages))))[..8]}"
        );

    /// <summary>The words before a command that let it run there.</summary>
    /// <param name="folders">What it finds under the same paths as here.</param>
    public IReadOnlyList<string> Entering(params IReadOnlyList<string> folders) =>
        [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            .. Environment.IsPrivilegedProcess ? [] : (string[])["--map-root-user"],
            "/bin/sh",
            "-c",
            Enter,
            "sh",
            Kept,
            _root.Path,
            Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
            .. folders,
            "--",
        ];

    /// <summary>Fetches the files (25 MB) from the mirror that this machine's apt uses, unless an earlier run did.</summary>
    public async Task InitializeAsync()
    {
        if (Directory.Exists(Kept))
        {
            return;
        }

        var unfinished = $"{Kept}.{Environment.ProcessId}";
        Directory.CreateDirectory(unfinished);
        try
        {
            await RunAsync(
                """
                set -o pipefail
                mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
                mmdebstrap --quiet --variant=extract --include="$2" --skip=output/dev trixie - ${mirror:+"$mirror"} |
                    tar --extract --no-same-owner --directory="$1"
                """,
                unfinished,
                string.Join(',', _packages)
            );
            Directory.Move(unfinished, Kept);
        }
        catch (IOException) when (Directory.Exists(Kept))
        {
            // Another run was faster.
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    public Task DisposeAsync()
    {
        _root.Dispose();
        return Task.CompletedTask;
    }

    private static async Task RunAsync(string script, params string[] arguments)
    {
        var limit = TimeSpan.FromMinutes(4);
        using var process = Process.Start(
            new ProcessStartInfo("bash", ["-c", script, "bash", .. arguments]) { RedirectStandardError = true }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        using var late = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"mmdebstrap did not make a Debian 13 within {limit.TotalMinutes} minutes.");
        }

        Assert.True(process.ExitCode == 0, $"mmdebstrap made no Debian 13: {await errors}");
    }
}
