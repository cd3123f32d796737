namespace Platform.ServiceDefaults;

/// <summary>How much space the disks have on which a process keeps files.</summary>
internal sealed class DiskGauges(IEnumerable<WatchedFolder> folders, IDiskReader disks) : IGaugeSource
{
    private static readonly Gauge _free = new(
        "platform.disk.free",
        "By",
        "Space that the process can still use on the disk of a folder."
    );

    private static readonly Gauge _size = new("platform.disk.size", "By", "Size of the disk of a folder.");

    private static readonly Gauge _used = new(
        "platform.disk.used",
        "1",
        "Used share of the disk of a folder, of what the process can use at all."
    );

    private readonly List<WatchedFolder> _folders = [.. folders];

    public string Meter => "Platform.Disk";

    public IReadOnlyList<Gauge> Gauges { get; } = [_free, _size, _used];

    public Task<IReadOnlyList<GaugeValue>> ReadAsync(CancellationToken cancellationToken)
    {
        var values = new List<GaugeValue>();
        foreach (var folder in _folders)
        {
            var name = KeyValuePair.Create<string, object?>("folder", folder.Name);
            var disk = disks.Read(folder.Path());
            values.Add(new GaugeValue(_free, disk.Free, name));
            values.Add(new GaugeValue(_size, disk.Size, name));
            values.Add(new GaugeValue(_used, disk.Share, name));
        }

        return Task.FromResult<IReadOnlyList<GaugeValue>>(values);
    }
}
