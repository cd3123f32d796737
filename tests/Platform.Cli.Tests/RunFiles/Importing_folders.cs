using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.RunFiles;

public sealed class Importing_folders : IDisposable
{
    private const string Report =
        """{"imported":1,"completed":0,"existing":0,"refused":0,"items":[{"id":"x","project":"p","outcome":"imported","points":1,"logs":0}]}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("platform-test-").FullName;
    private readonly Dictionary<string, string> _sent = new(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task of_MLflow_takes_runs_with_parameters_tags_and_metrics()
    {
        var run = "mlruns/12/0123456789abcdef0123456789abcdef";
        Write("mlruns/12/meta.yaml", "experiment_id: '12'\nname: 'Digits: CNN'\n");
        Write(
            $"{run}/meta.yaml",
            "run_id: 0123456789abcdef0123456789abcdef\nrun_name: 'it''s one'\nstatus: 3\nstart_time: 1767323045000\nend_time: 1767323105000\nlifecycle_stage: active\n"
        );
        Write(
            $"{run}/metrics/val/loss",
            "1767323046000 0.5 1\n1767323047000 nan 2\nbroken\n1767323048000 1 9007199254740993\n"
        );
        Write($"{run}/metrics/=odd", "1767323046000 -1e-3 0\n");
        Write($"{run}/params/lr", "0.1");
        Write($"{run}/tags/mlflow.note.content", "# Notes");
        Write($"{run}/tags/owner", "anna");
        Write($"{run}/artifacts/model.bin", "bytes");
        Write(
            "mlruns/12/fedcba9876543210fedcba9876543210/meta.yaml",
            "run_id: fedcba9876543210fedcba9876543210\nlifecycle_stage: deleted\n"
        );
        Directory.CreateDirectory(Path.Combine(_folder, "mlruns/12/broken"));
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", Path.Combine(_folder, run, "params", "pipe")))
        {
            await mkfifo.WaitForExitAsync();
        }

        await using var platform = await StartAsync();

        var result = await platform.RunAsync("runs", "import", _folder);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            "run x imported into p: 1 point, 0 logs\n1 imported, 0 completed, 0 existed, 0 refused\n",
            result.Output
        );
        const string Id = "01234567-89ab-cdef-0123-456789abcdef";
        var json = JsonNode.Parse(_sent[$"runs/{Id}/run.json"])!;
        Assert.Equal("Digits-CNN", json["project"]!.GetValue<string>());
        Assert.Equal("it's one", json["name"]!.GetValue<string>());
        Assert.Equal("finished", json["status"]!.GetValue<string>());
        Assert.Equal("2026-01-02T03:04:05+00:00", json["startedAt"]!.GetValue<string>());
        Assert.Equal("2026-01-02T03:05:05+00:00", json["endedAt"]!.GetValue<string>());
        Assert.Equal("# Notes", json["notes"]!.GetValue<string>());
        Assert.Equal("""{"lr":"0.1"}""", json["parameters"]!.ToJsonString());
        Assert.Equal("""{"owner":"anna"}""", json["tags"]!.ToJsonString());
        Assert.Equal(
            """"
            key,step,at,value,stage
            "'=odd",0,2026-01-02T03:04:06.000000Z,-0.001,
            "'val/loss",1,2026-01-02T03:04:06.000000Z,0.5,
            "'val/loss",2,2026-01-02T03:04:07.000000Z,NaN,

            """",
            _sent[$"runs/{Id}/metrics.csv"]
        );
        Assert.Equal(
            [
                $"left out {_folder}/{run}: its artifacts ('artifacts upload' takes them)",
                $"left out {_folder}/mlruns/12/broken: has no meta.yaml of a run",
                $"left out {_folder}/mlruns/12/fedcba9876543210fedcba9876543210: was deleted",
                $"left out {_folder}/{run}/metrics/val/loss: 1 lines that are no points",
                $"left out {_folder}/{run}: 1 point with a step beyond 2^53",
            ],
            result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
    }

    [Fact]
    public async Task of_Runicorn_takes_runs_with_events_and_logs()
    {
        const string Run = "cv/digits/runs/20260102_030405_abcdef";
        Write($"{Run}/meta.json", """{"id":"20260102_030405_abcdef","project":"cv","name":"digits","python":"3.12"}""");
        Write($"{Run}/status.json", """{"status":"finished","started_at":1767323045.5,"ended_at":1767323105}""");
        Write($"{Run}/summary.json", """{"accuracy":NaN,"best_metric_name":"loss","best_metric_mode":"min"}""");
        Write(
            $"{Run}/events.jsonl",
            """
            {"ts": 1767323046, "type": "metrics", "data": {"global_step": 1, "loss": 0.5, "stage": "warmup"}}
            {"ts": 1767323047, "type": "metrics", "data": {"global_step": 2, "loss": NaN}}
            {"ts": 1767323047, "type": "image", "data": {"key": "x"}}
            {"ts": 17673
            """
        );
        Write($"{Run}/logs.txt", "hello");
        Write("cv/digits/runs/broken/meta.json", "{");
        Write("cv/digits/runs/broken/status.json", "{}");
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("runs", "import", _folder, "--project", "old/runs", "--dry-run");

        Assert.Equal(0, result.ExitCode);
        const string Folder = "runs/20260102_030405_abcdef";
        var json = JsonNode.Parse(_sent[$"{Folder}/run.json"])!;
        Assert.Equal("old/runs", json["project"]!.GetValue<string>());
        Assert.Equal("""{"name":"loss","mode":"min"}""", json["primaryMetric"]!.ToJsonString());
        Assert.Equal("2026-01-02T03:04:05.5+00:00", json["startedAt"]!.GetValue<string>());
        Assert.Equal(
            "key,step,at,value,stage\n\"'loss\",1,2026-01-02T03:04:06.000000Z,0.5,\"'warmup\"\n\"'loss\",2,2026-01-02T03:04:07.000000Z,NaN,\n",
            _sent[$"{Folder}/metrics.csv"]
        );
        Assert.Equal("hello", _sent[$"{Folder}/logs/logs.txt"]);
        Assert.Equal(
            $"left out {_folder}/cv/digits/runs/broken: meta.json is no JSON object\nleft out {_folder}/{Run}/events.jsonl: 1 lines that are no events\n",
            result.Error
        );
        Assert.Equal("POST /api/runs/import?dryRun=true", platform.Requests[^1].Line);
    }

    [Fact]
    public async Task without_runs_fails_with_a_line()
    {
        var result = await CommandResult.OfAsync("runs", "import", _folder);

        Assert.Equal((1, $"platform: {_folder} has no runs of MLflow or Runicorn.\n"), (result.ExitCode, result.Error));
    }

    private void Write(string path, string content)
    {
        var file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    private Task<FakePlatform> StartAsync() =>
        FakePlatform.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            using var zip = new ZipArchive(body);
            foreach (var entry in zip.Entries)
            {
                using var reader = new StreamReader(await entry.OpenAsync());
                _sent.Add(entry.FullName, await reader.ReadToEndAsync());
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Report);
        });
}
