using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.RunFiles;

public sealed class Exporting_and_importing_runs : IDisposable
{
    private const string Run = "019a0000-0000-7000-8000-000000000001";
    private const string Job = "019a0000-0000-7000-8000-00000000000a";
    private readonly string _folder = Directory.CreateTempSubdirectory("platform-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task adds_the_logs_of_all_attempts_of_its_job_to_an_archive()
    {
        await using var platform = await StartAsync();
        var file = Path.Combine(_folder, "out.zip");

        var result = await platform.RunAsync("runs", "export", "--project", "demo", "-o", file);

        Assert.Equal($"wrote 1 run and 2 logs to {file}\n", result.Output);
        await using var zip = await ZipFile.OpenReadAsync(file);
        Assert.Equal(
            [
                "platform-runs.json",
                $"runs/{Run}/run.json",
                $"runs/{Run}/logs/attempt-1.log",
                $"runs/{Run}/logs/attempt-2.log",
            ],
            zip.Entries.Select(entry => entry.FullName)
        );
        using var log = new StreamReader(await zip.Entries[3].OpenAsync());
        Assert.Equal("log of attempt 2", await log.ReadToEndAsync());
        Assert.Equal([file], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task leaves_logs_out_where_that_is_asked_for()
    {
        await using var platform = await StartAsync();
        var file = Path.Combine(_folder, "out.zip");

        var result = await platform.RunAsync("runs", "export", Run, "--no-logs", "-o", file, "--json");

        Assert.Contains("\"logs\": 0", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(platform.Requests, request => request.Line.Contains("/logs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task prints_text_and_writes_it_to_a_file_where_one_is_named()
    {
        await using var platform = await StartAsync();
        var file = Path.Combine(_folder, "out.csv");

        var printed = await platform.RunAsync("runs", "export", Run, "--format", "csv");
        var written = await platform.RunAsync("runs", "export", Run, "--format", "csv", "-o", file);

        Assert.Equal("key,step\n", printed.Output);
        Assert.Equal($"wrote {file}\n", written.Output);
        Assert.Equal("key,step\n", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task prints_an_archive_where_a_dash_is_the_file()
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("runs", "export", Run, "-o", "-");

        Assert.StartsWith("PK", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists("-"));
    }

    [Fact]
    public async Task replaces_what_a_link_leads_to_and_keeps_its_mode()
    {
        await using var platform = await StartAsync();
        var (file, link) = (Path.Combine(_folder, "out.csv"), Path.Combine(_folder, "link"));
        await File.WriteAllTextAsync(file, "before");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(link, file);

        await platform.RunAsync("runs", "export", Run, "--format", "csv", "-o", link);

        Assert.Equal(file, new FileInfo(link).LinkTarget);
        Assert.Equal("key,step\n", await File.ReadAllTextAsync(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task writes_to_a_device_or_pipe_instead_of_replacing_it()
    {
        await using var platform = await StartAsync();
        var pipe = Path.Combine(_folder, "pipe");
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", pipe))
        {
            await mkfifo.WaitForExitAsync();
        }

        var reading = Task.Run(() => File.ReadAllText(pipe));
        var result = await platform.RunAsync("runs", "export", Run, "--format", "csv", "-o", pipe);

        Assert.Equal($"wrote {pipe}\n", result.Output);
        Assert.Equal("key,step\n", await reading);
    }

    [Fact]
    public async Task names_the_file_that_cannot_be_written()
    {
        await using var platform = await StartAsync();
        var file = Path.Combine(_folder, "none", "out.csv");

        var result = await platform.RunAsync("runs", "export", Run, "--format", "csv", "-o", file);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"platform: {file} cannot be written: no such file or folder.\n", result.Error);
    }

    [Fact]
    public async Task leaves_no_file_behind_when_it_fails()
    {
        await using var platform = await FakePlatform.AnsweringAsync("no archive", type: "application/zip");
        var file = Path.Combine(_folder, "out.zip");

        var result = await platform.RunAsync("runs", "export", "--project", "demo", "-o", file);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("platform: The platform's answer is no archive", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task says_what_became_of_each_run()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            """
            {"imported":1,"completed":0,"existing":1,"refused":1,"items":[
             {"id":"a","project":"demo","outcome":"imported","points":3,"logs":1,"isInterrupted":true},
             {"id":"b","project":"demo","outcome":"existing","points":0,"logs":0,"isInterrupted":false},
             {"id":"c","outcome":"refused","points":0,"logs":0,"problem":{"code":"x","detail":"It is broken."}}]}
            """
        );
        var file = Path.Combine(_folder, "in.zip");
        await File.WriteAllTextAsync(file, "bytes");

        var result = await platform.RunAsync("runs", "import", file, "--dry-run");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            """
            run a would be imported into demo: 3 points, 1 log; it had not ended and counts as interrupted
            run b exists and stays as it is
            run c refused: It is broken.
            1 would be imported, 0 completed, 1 existed, 1 refused

            """,
            result.Output
        );
        Assert.Equal(
            ("POST /api/runs/import?dryRun=true", "bytes", "application/zip"),
            (platform.Requests[0].Line, platform.Requests[0].Body, platform.Requests[0].Headers["Content-Type"])
        );
    }

    [Fact]
    public async Task of_a_file_that_is_not_there_fails_with_a_line()
    {
        var result = await CommandResult.OfAsync("runs", "import", Path.Combine(_folder, "nothing.zip"));

        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("nothing.zip does not exist.\n", result.Error, StringComparison.Ordinal);
    }

    private static Task<FakePlatform> StartAsync() =>
        FakePlatform.StartAsync(context =>
        {
            var path = context.Request.Path.Value!;
            context.Response.ContentType = "application/json";
            if (path is "/api/runs/export")
            {
                return context.Response.Body.WriteAsync(Archive()).AsTask();
            }

            if (path.EndsWith("/logs", StringComparison.Ordinal))
            {
                var log = $"log of attempt {context.Request.Query["attempt"]}";
                context.Response.Headers["X-Log-Offset"] = $"{log.Length}";
                return context.Response.WriteAsync(log);
            }

            return context.Response.WriteAsync(
                path == $"/api/jobs/{Job}" ? """{"attempt":2,"ranks":null}"""
                : path.EndsWith("/export", StringComparison.Ordinal) ? "key,step\n"
                : "{}"
            );
        });

    private static byte[] Archive()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (
                var (name, content) in new[]
                {
                    ("platform-runs.json", "{}"),
                    ($"runs/{Run}/run.json", $$"""{"id":"{{Run}}","jobId":"{{Job}}"}"""),
                }
            )
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write(content);
            }
        }

        return stream.ToArray();
    }
}
