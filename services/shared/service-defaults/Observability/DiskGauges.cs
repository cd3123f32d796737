namespace Platform.ServiceDefaults;

/// <summary>A folder whose disk is watched.</summary>
/// <param name="Name">Whose it is, as metrics name it: <c>artifacts</c>.</param>
/// <param name="Path">Where it lies.</param>
internal sealed record WatchedFolder(string Name, Func<string> Path);

/// <summary>How much space the disks have on which a process keeps files.</summary>
internal sealed class DiskGauges(IEnumerable<WatchedFolder> folders) : IGaugeSource
{
    private static readonly Gauge _free = new(
        "platform.disk.free",
        "By",
        "Space that the process can still use on the disk of a folder."
    );

    private static readonly Gauge _size = new("platform.disk.size", "By", "Size of the disk of a folder.");

    private readonly List<WatchedFolder> _folders = [.. folders];

    public string Meter => "Platform.Disk";

    public IReadOnlyList<Gauge> Gauges { get; } = [_free, _size];

    public Task<IReadOnlyList<GaugeValue>> ReadAsync(CancellationToken cancellationToken)
    {
        var values = new List<GaugeValue>();
        foreach (var folder in _folders)
        {
            var name = KeyValuePair.Create<string, object?>("folder", folder.Name);
            var disk = new DriveInfo(folder.Path());
            values.Add(new GaugeValue(_free, disk.AvailableFreeSpace, name));
            values.Add(new GaugeValue(_size, disk.TotalSize, name));
        }

        return Task.FromResult<IReadOnlyList<GaugeValue>>(values);
    }
}
