using System.Text.RegularExpressions;
using Platform.LocalServers;

namespace Platform.Cli.Backups;

/// <summary>The data folder of a platform that is backed up, and its database, which runs as long as it is used.</summary>
internal sealed partial class BackupSource : IAsyncDisposable
{
    private readonly IDisposable? _claim;
    private readonly PrivatePostgres _server;
    private readonly bool _isStartedHere;

    private BackupSource(string root, IDisposable? claim, PrivatePostgres server, bool isStartedHere)
    {
        (Root, _claim, _server, _isStartedHere) = (root, claim, server, isStartedHere);
    }

    /// <summary>The data folder.</summary>
    public string Root { get; }

    /// <summary>Connects to its database.</summary>
    public string ConnectionString => _server.ConnectionString;

    /// <summary>Opens it.</summary>
    /// <param name="online">Whether the platform may run; otherwise none can be started meanwhile.</param>
    public static async Task<BackupSource> OpenAsync(CommandContext context, bool online)
    {
        if (context.DataPath is null && context.Invocation.Variable("ConnectionStrings__Platform") is { Length: > 0 })
        {
            throw new CliException(
                "ConnectionStrings__Platform names a database of your own, which this does not back up: use pg_dump and copy the blobs (docs/backup.md). For a platform with its own database, give its data folder with --data."
            );
        }

        var root = DataFolder.RootOf(context.DataPath);
        var folder = Path.Combine(root, "postgres");
        var running = RunningPlatform.Find(root);
        if (running is not null && PrivatePostgres.ProcessOf(folder) is null)
        {
            throw new CliException(
                $"The platform on {root} uses a database that is not in its data folder, which this does not back up: use pg_dump and copy the blobs (docs/backup.md)."
            );
        }

        if (!Directory.Exists(folder))
        {
            throw new CliException($"No platform has run on {root}; give its data folder with --data.");
        }

        if (running is not null && !online)
        {
            throw new CliException(
                $"A platform runs at {running.Url.AbsoluteUri.TrimEnd('/')}. Add --online to back it up while it runs, or stop it first with './platform down --data {root}'."
            );
        }

        var claim = running is null ? new DataFolder(root).Lock() : null;
        try
        {
            var isStartedHere = PrivatePostgres.ProcessOf(folder) is null;
            var server = await PrivatePostgres.StartAsync(
                new PrivatePostgresOptions { Folder = folder },
                context.Error.WriteLine,
                context.Cancelled
            );
            return new BackupSource(root, claim, server, isStartedHere);
        }
        catch
        {
            claim?.Dispose();
            throw;
        }
    }

    /// <summary>The keys that the platform signs tokens with, and that nodes join with.</summary>
    public IEnumerable<(string Name, string Value)> Secrets() =>
        Directory.Exists(Path.Combine(Root, "secrets"))
            ? Directory
                .EnumerateFiles(Path.Combine(Root, "secrets"))
                .Select(file => (Name: Path.GetFileName(file), Value: File.ReadAllText(file)))
                .Where(secret => SecretName().IsMatch(secret.Name))
                .OrderBy(secret => secret.Name, StringComparer.Ordinal)
            : [];

    /// <summary>The file of a blob.</summary>
    /// <param name="folder">The setting <c>Artifacts:Folder</c>; null when it was not given.</param>
    public string BlobFile(string? folder, string sha256) =>
        Path.Combine(folder ?? Path.Combine(Root, "blobs"), BackupNames.Blob(sha256));

    public async ValueTask DisposeAsync()
    {
        if (_isStartedHere && RunningPlatform.Find(Root) is null)
        {
            await _server.StopAsync(CancellationToken.None);
        }

        _claim?.Dispose();
    }

    [GeneratedRegex("^[a-z0-9-]+$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretName();
}
