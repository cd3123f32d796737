using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>
/// Looks at the disks on which this process depends every few seconds, and remembers how full they are. Nobody else waits for a disk:
/// one that hangs keeps its last state.
/// </summary>
public sealed partial class DiskWatch : BackgroundService
{
    private readonly List<WatchedFolder> _folders;
    private readonly IDiskReader _disks;
    private readonly DiskOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<DiskWatch> _log;
    private volatile IReadOnlyList<DiskState> _states = [];

    internal DiskWatch(
        IEnumerable<WatchedFolder> folders,
        IDiskReader disks,
        IOptions<DiskOptions> options,
        TimeProvider clock,
        ILogger<DiskWatch> log
    )
    {
        (_disks, _options, _clock, _log) = (disks, options.Value, clock, log);
        _folders =
        [
            .. folders,
            .. _options.Folders.Select(folder => new WatchedFolder(folder.Key, () => folder.Value, IsShared: true)),
        ];
    }

    /// <summary>The disks that can be read.</summary>
    public IReadOnlyList<DiskState> Disks => _states;

    /// <summary>A full disk that keeps this process from accepting what is new; null when there is space.</summary>
    /// <param name="folder">The folder that is asked for besides the shared ones.</param>
    public DiskState? FindFull(string? folder = null) =>
        _states.FirstOrDefault(disk => disk.Level is DiskLevel.Full && (disk.IsShared || disk.Holds(folder)));

    /// <summary>Looks first, so that nothing is accepted before it is known whether there is space.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Look();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_folders.Count == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(_options.Interval, _clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }

    private void Look()
    {
        var states = new List<DiskState>();
        // A path through a link may seem to lie on another disk; that one has another size.
        foreach (
            var disk in _folders.Select(Read).OfType<WatchedDisk>().GroupBy(disk => (disk.Use.Disk, disk.Use.Size))
        )
        {
            var folders = disk.Select(one => one.Folder).ToList();
            var isShared = folders.Exists(folder => folder.IsShared);
            var name = string.Join(", ", folders.Where(folder => folder.IsShared == isShared).Select(one => one.Name));
            var before = _states.FirstOrDefault(state => folders.Exists(folder => state.Holds(folder.Name)));
            var last = before?.Level ?? DiskLevel.Normal;
            var share = disk.First().Use.Share;
            var state = new DiskState(
                name,
                [.. folders.Select(folder => folder.Name)],
                (int)(share * 100),
                DiskLevels.Next(last, share, _options),
                _options.AcceptPercent,
                isShared
            );
            states.Add(state);
            Tell(last, state);
        }

        _states = states;
    }

    private WatchedDisk? Read(WatchedFolder folder)
    {
        try
        {
            return new WatchedDisk(folder, _disks.Read(folder.Path()));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not there yet, or away: whoever needs it says so.
            return null;
        }
    }

    private void Tell(DiskLevel last, DiskState disk)
    {
        if (disk.Level == last)
        {
            return;
        }

        switch (disk.Level)
        {
            case DiskLevel.Full:
                LogFull(disk.Name, disk.UsedPercent, disk.AcceptsBelow);
                break;
            case DiskLevel.NearlyFull when last is DiskLevel.Full:
                LogAcceptsAgain(disk.Name, disk.UsedPercent);
                break;
            case DiskLevel.NearlyFull:
                LogNearlyFull(disk.Name, disk.UsedPercent, _options.RefusePercent);
                break;
            default:
                LogNormal(disk.Name, disk.UsedPercent);
                break;
        }
    }

    private sealed record WatchedDisk(WatchedFolder Folder, DiskUse Use);

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The disk of '{Disk}' is {Percent} % full; from {Refuse} % on what needs it is refused. Free space, or enlarge the disk"
    )]
    private partial void LogNearlyFull(string disk, int percent, int refuse);

    [LoggerMessage(
        2,
        LogLevel.Error,
        "The disk of '{Disk}' is {Percent} % full; what needs it is refused until it is below {Accept} %. Free space, or enlarge the disk"
    )]
    private partial void LogFull(string disk, int percent, int accept);

    [LoggerMessage(3, LogLevel.Warning, "The disk of '{Disk}' is {Percent} % full; what is new is accepted again")]
    private partial void LogAcceptsAgain(string disk, int percent);

    [LoggerMessage(4, LogLevel.Information, "The disk of '{Disk}' has space again; it is {Percent} % full")]
    private partial void LogNormal(string disk, int percent);
}
