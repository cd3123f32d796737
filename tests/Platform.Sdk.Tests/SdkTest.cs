using System.Text.Json.Nodes;

namespace Platform.Sdk.Tests;

/// <summary>A training's folder with its spool, and the platform that it sends to.</summary>
public abstract class SdkTest : IDisposable
{
    private protected TestFolder Folder { get; } = new();

    private protected FakePlatform Platform { get; } = new();

    private protected string Spool => Folder.In("spool");

    public void Dispose()
    {
        Platform.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Waits until the spool holds the points of a run in a number of records.</summary>
    private protected Task SpooledAsync(int points, int? records = null) =>
        WaitFor.ConditionAsync(
            $"{points} points in the spool",
            async () =>
            {
                var found = await PointsOfRecordsAsync();
                return found.Sum() == points && found.Count == (records ?? found.Count);
            }
        );

    /// <summary>Read by another program: .NET would lock the file, which its writer has locked.</summary>
    private async Task<List<int>> PointsOfRecordsAsync()
    {
        var path = Directory.EnumerateFiles(Spool, "*.jsonl").Single();
        var lines = (await Script.RunAsync("cat", [path], Folder.Path, new Dictionary<string, string>())).Split('\n');
        return
        [
            .. lines[..^1]
                .Select(line => JsonNode.Parse(line)!["points"]?.AsArray().Count ?? 0)
                .Where(points => points > 0),
        ];
    }

    /// <summary>Checks the run that the first test of each SDK sends.</summary>
    private protected void AssertWholeRunArrived(Guid job)
    {
        Assert.Equal("Bearer pj_secret", Platform.Authorization);
        Platform.Run!.Remove("startedAt");
        Assert.Equal($$"""{"project":"team/digits","name":"first","jobId":"{{job}}"}""", Platform.Run.ToJsonString());
        Assert.Equal(
            """{"parameters":{"lr":0.1,"layers":[64,10]},"tags":{"owner":"ada"},"summary":{"accuracy":0.97}}""",
            Platform.Merged.ToJsonString()
        );
        Assert.Equal([1L, 7L, 8L], Platform.Steps);
        Assert.Equal([0.5, 0.25, 0.125], Platform.Points.Select(p => p["value"]!.GetValue<double>()));
        Assert.Equal("late", Platform.Points[1]["stage"]!.GetValue<string>());
        Assert.Equal("finished", Platform.Status);
        // Besides what the processes of a job say to each other.
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(Spool),
            path => !path.EndsWith(".name", StringComparison.Ordinal)
        );
    }

    /// <summary>Starts a run with the .NET SDK.</summary>
    /// <param name="finishTimeout">
    /// Seconds to wait for the platform at the end; short while it is stopped, long for a slow machine.
    /// </param>
    protected TrackedRun Start(
        string? id = null,
        string? spool = null,
        double finishTimeout = 30,
        double flushMilliseconds = 10
    ) =>
        TrackedRun.Init(
            Options(id ?? Guid.CreateVersion7().ToString()) with
            {
                SpoolFolder = spool ?? Spool,
                FinishTimeout = TimeSpan.FromSeconds(finishTimeout),
                FlushInterval = TimeSpan.FromMilliseconds(flushMilliseconds),
            }
        );

    /// <summary>Those of a run that is tracked on the fake platform.</summary>
    protected TrackedRunOptions Options(string id) =>
        new()
        {
            Server = Platform.Url,
            RunId = id,
            SpoolFolder = Spool,
            Project = "tests",
        };
}
