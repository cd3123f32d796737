namespace Platform.LocalServers;

/// <summary>Where a private PostgreSQL lives and which programs run it.</summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>The folder that holds its data, socket, log, password and (when fetched) programs.</summary>
    public required string Folder { get; init; }

    /// <summary>The database that is created in it.</summary>
    public string Database { get; init; } = "platform";

    /// <summary>The folder of the programs to use and no other (<c>PLATFORM_PG_BIN</c>).</summary>
    public string? BinFolder { get; init; } = Environment.GetEnvironmentVariable("PLATFORM_PG_BIN");

    /// <summary>How many connections it takes.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>The npm that fetches PostgreSQL.</summary>
    internal string Npm { get; init; } = "npm";

    /// <summary>Where the system may have a PostgreSQL: on <c>PATH</c>, then Debian's folders, newest first.</summary>
    internal Func<IEnumerable<string>> SystemFolders { get; init; } = FindSystemFolders;

    /// <summary>The newest PostgreSQL of the system; null when there is none.</summary>
    public static string? SystemBinFolder() =>
        FindSystemFolders().FirstOrDefault(folder => File.Exists(Path.Combine(folder, "pg_ctl")));

    private static IEnumerable<string> FindSystemFolders()
    {
        if (Programs.Find("postgres") is { } onPath)
        {
            yield return Path.GetDirectoryName(
                File.ResolveLinkTarget(onPath, returnFinalTarget: true)?.FullName ?? onPath
            )!;
        }

        const string Debian = "/usr/lib/postgresql";
        if (!Directory.Exists(Debian))
        {
            yield break;
        }

        var versions = Directory
            .EnumerateDirectories(Debian)
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0);
        foreach (var folder in versions)
        {
            yield return Path.Combine(folder, "bin");
        }
    }
}
