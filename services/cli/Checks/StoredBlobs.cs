using System.Security.Cryptography;
using Platform.Cli.Output;

namespace Platform.Cli.Checks;

/// <summary>Whether the bytes that the database names are there and are those of their names.</summary>
/// <param name="named">What the database names, with sizes.</param>
/// <param name="fileOf">The file of a blob.</param>
internal sealed class StoredBlobs(IReadOnlyList<(string Sha256, long Size)> named, Func<string, string> fileOf)
{
    private const int Sample = 100;
    private const int Shown = 5;
    private readonly Dictionary<string, string> _wrong = new(StringComparer.Ordinal);
    private int _read;

    /// <summary>Looks at the size of all, and reads a sample of them or all.</summary>
    /// <param name="progress">Told how many have been read.</param>
    public async Task ReadAsync(bool all, Action<int> progress, CancellationToken cancellationToken)
    {
        foreach (var (sha256, size) in named)
        {
            var file = new FileInfo(fileOf(sha256));
            if (!file.Exists || file.Length != size)
            {
                _wrong.Add(sha256, file.Exists ? "has another size" : "is missing");
            }
        }

        var there = named.Select(blob => blob.Sha256).Where(sha256 => !_wrong.ContainsKey(sha256)).ToArray();
        if (!all)
        {
            Random.Shared.Shuffle(there);
            there = [.. there.Take(Sample)];
        }

        foreach (var sha256 in there)
        {
            await ReadAsync(sha256, cancellationToken);
            progress(++_read);
        }
    }

    /// <summary>What was found of those that are named still: others may have been deleted meanwhile.</summary>
    public Check Compare(IEnumerable<(string Sha256, long Size)> stillNamed)
    {
        var wrong = stillNamed
            .Where(blob => _wrong.ContainsKey(blob.Sha256))
            .Select(blob => $"{blob.Sha256} {_wrong[blob.Sha256]}")
            .ToList();
        return wrong.Count == 0
            ? Check.Ok("blobs", $"{Count.Of(named.Count, "blob")} there, {_read} read")
            : Check.Fail(
                "blobs",
                $"{wrong.Count} of {named.Count} are damaged: {string.Join(", ", wrong.Take(Shown))}{(wrong.Count > Shown ? ", …" : "")}",
                "Copy these from a backup; or delete what is left of them in the store and upload the same files again."
            );
    }

    private async Task ReadAsync(string sha256, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(fileOf(sha256), FileMode.Open, FileAccess.Read);
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)) != sha256)
            {
                _wrong.Add(sha256, "has other bytes");
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            _wrong.Add(sha256, "is missing");
        }
    }
}
