namespace Platform.Bench;

/// <summary>What benchmarks share: a folder that is removed at the end, and one local cluster.</summary>
internal sealed class Bench(CancellationToken cancelled) : IAsyncDisposable
{
    private Cluster? _cluster;
    private string? _folder;

    public CancellationToken Cancelled { get; } = cancelled;

    /// <summary>
    /// On a disk, since commits are measured; PostgreSQL runs as another user and needs access to it.
    /// </summary>
    public string Folder => _folder ??= NewFolder();

    /// <summary>The cluster, started on first use.</summary>
    public async Task<Cluster> ClusterAsync() =>
        _cluster ??= await Cluster.StartAsync(Path.Combine(Folder, "cluster-data"), Cancelled);

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static string NewFolder()
    {
        var parent = Environment.GetEnvironmentVariable("PLATFORM_BENCH_FOLDER") ?? "/var/tmp";
        var folder = Path.Combine(parent, $"platform-bench-{Guid.CreateVersion7():N}");
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (OperatingSystem.IsWindows())
        {
            throw new BenchException("The benchmarks need Linux.");
        }

        Directory.CreateDirectory(folder, Owner | Others | UnixFileMode.OtherRead);
        return folder;
    }
}
