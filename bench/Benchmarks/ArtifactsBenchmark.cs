using System.Diagnostics;
using System.Security.Cryptography;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// Uploads and downloads a blob through the gateway, compared with <c>sha256sum</c> and <c>cp</c> of the same file.
/// </summary>
internal static class ArtifactsBenchmark
{
    private const int MiB = 1024 * 1024;
    private const int Size = 256;
    private const int Rounds = 3;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var cluster = await bench.ClusterAsync();
        var file = Path.Combine(bench.Folder, "blob");
        List<double> uploads = [];
        List<double> downloads = [];
        List<double> sums = [];
        List<double> copies = [];
        for (var round = 0; round < Rounds; round++)
        {
            var name = await WriteAsync(file, bench.Cancelled);
            var address = new Uri($"/api/artifacts/blobs/{name}", UriKind.Relative);
            sums.Add(await RateAsync(() => Programs.RunAsync(["sha256sum", file], bench.Cancelled)));
            copies.Add(await RateAsync(() => Programs.RunAsync(["cp", file, $"{file}.copy"], bench.Cancelled)));
            uploads.Add(await RateAsync(() => UploadAsync(cluster, address, file, bench.Cancelled)));
            downloads.Add(await RateAsync(() => DownloadAsync(cluster, address, $"{file}.down", bench.Cancelled)));
        }

        return
        [
            new("upload", uploads.Median(), "MiB/s", sums.Median(), "sha256sum"),
            new("download", downloads.Median(), "MiB/s", copies.Median(), "cp"),
        ];
    }

    private static async Task<double> RateAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return Size / watch.Elapsed.TotalSeconds;
    }

    private static async Task<string> WriteAsync(string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = File.Create(path);
        var block = new byte[MiB];
        for (var i = 0; i < Size; i++)
        {
            RandomNumberGenerator.Fill(block);
            hash.AppendData(block);
            await file.WriteAsync(block, cancellationToken);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task UploadAsync(
        Cluster cluster,
        Uri address,
        string file,
        CancellationToken cancellationToken
    )
    {
        await using var stream = File.OpenRead(file);
        using var content = new StreamContent(stream, MiB);
        using var response = await cluster.Http.PutAsync(address, content, cancellationToken);
        await Cluster.ReadAsync(response, cancellationToken);
    }

    private static async Task DownloadAsync(
        Cluster cluster,
        Uri address,
        string file,
        CancellationToken cancellationToken
    )
    {
        await using var stream = await cluster.Http.GetStreamAsync(address, cancellationToken);
        await using var target = File.Create(file);
        await stream.CopyToAsync(target, MiB, cancellationToken);
        if (target.Length != (long)Size * MiB)
        {
            throw new BenchException($"{target.Length} bytes were downloaded.");
        }
    }
}
