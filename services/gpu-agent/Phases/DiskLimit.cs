using System.Diagnostics;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Phases;

/// <summary>Stops a training whose work folder takes more than the node allows, or that fills the node's disk.</summary>
internal static class DiskLimit
{
    private const long MiB = 1024 * 1024;

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(3);

    public static async Task WatchAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        var pause = _interval;
        var limit = attempt.Services.Options.MaxDiskMiB;
        while (true)
        {
            await Task.Delay(pause, cancellationToken);
            var watch = Stopwatch.StartNew();
            var used = UsedMiB(attempt.Folder);
            pause = _interval + (watch.Elapsed * 20); // measuring millions of files must not use a whole CPU
            if (used > limit)
            {
                attempt.RequestStop(EndReasons.DiskFull, EndingSentences.FolderTooLarge.With(used, limit.Value));
                return;
            }

            // Attempts that have written almost nothing may continue: they do not fill the disk.
            if (used > 0 && DiskSpace.IsFull(attempt.Folder.Path))
            {
                attempt.RequestStop(EndReasons.DiskFull, DescribeFull(used));
                return;
            }
        }
    }

    public static long UsedMiB(AttemptFolder folder) => FileTree.Size(folder.Work) / MiB;

    public static Sentence DescribeFull(long usedMiB) => EndingSentences.DiskFull.With(usedMiB);
}
