namespace Platform.Standalone;

/// <summary>
/// Bounds the logs that programs append to by themselves, such as PostgreSQL and a platform in the background: what is written moves to
/// a second file, and the first goes on empty (as logrotate's <c>copytruncate</c>).
/// </summary>
/// <param name="files">Their paths; a file that does not exist is passed over.</param>
internal sealed partial class LogRotation(IReadOnlyList<string> files, ILogger<LogRotation> logger) : BackgroundService
{
    /// <summary>How large a log grows, in bytes.</summary>
    public const long LargestBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(30);

    /// <summary>Where the earlier part of a log is.</summary>
    public static string EarlierOf(string file) => $"{file}.1";

    /// <summary>Rotates a file that is too large.</summary>
    /// <exception cref="IOException">It cannot be copied, such as on a full disk; then it stays as it is.</exception>
    public static void Rotate(string file)
    {
        if (!File.Exists(file) || new FileInfo(file).Length <= LargestBytes)
        {
            return;
        }

        File.Copy(file, EarlierOf(file), overwrite: true);
        using var stream = new FileStream(
            file,
            FileMode.Open,
            FileAccess.Write,
            FileShare.ReadWrite | FileShare.Delete
        );
        stream.SetLength(0);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var file in files)
            {
                try
                {
                    Rotate(file);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    LogFailed(logger, file, exception.Message);
                }
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The log {File} cannot be rotated: {Reason}")]
    private static partial void LogFailed(ILogger logger, string file, string reason);
}
