namespace Platform.Cli.Tests.Jobs;

public sealed class Submitting_a_job : IDisposable
{
    private const string Answer =
        """{"id":"019a0000-0000-7000-8000-000000000001","name":"digits","status":"pending"}""";
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task sends_the_file_unchanged_with_an_idempotency_key_and_prints_the_id()
    {
        const string Job = """{ "name": "digits", "command": ["true"] }""";
        await File.WriteAllTextAsync(_file, Job);
        await using var platform = await FakePlatform.AnsweringAsync(Answer, 201);

        var result = await platform.RunAsync("jobs", "submit", _file, "--idempotency-key", "mine");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("019a0000-0000-7000-8000-000000000001\n", result.Output);
        var request = Assert.Single(platform.Requests);
        Assert.Equal("POST /api/jobs", request.Line);
        Assert.Equal(Job, request.Body);
        Assert.Equal("mine", request.Headers["Idempotency-Key"]);
    }

    [Theory]
    [InlineData("""{"errors":{}}""", 0, "")]
    [InlineData(
        """{"errors":{"name":["A name has 1 to 120 characters."],"files[a].path":["It is absolute.","It is long."]}}""",
        1,
        "name: A name has 1 to 120 characters.\nfiles[a].path: It is absolute. It is long.\n"
    )]
    public async Task has_a_dry_run(string answer, int exitCode, string errors)
    {
        await File.WriteAllTextAsync(_file, "{}");
        await using var platform = await FakePlatform.AnsweringAsync(answer);

        var result = await platform.RunAsync("jobs", "submit", _file, "--check");

        Assert.Equal((exitCode, "", errors), (result.ExitCode, result.Output, result.Error));
        Assert.Equal("POST /api/jobs/check", Assert.Single(platform.Requests).Line);
    }

    [Fact]
    public async Task says_that_a_full_disk_takes_nothing_new()
    {
        await File.WriteAllTextAsync(_file, "{}");
        await using var platform = await FakePlatform.AnsweringAsync(FullDisk.Problem, 507, "application/problem+json");

        var result = await platform.RunAsync("jobs", "submit", _file);

        Assert.Equal((1, "", FullDisk.Said), (result.ExitCode, result.Output, result.Error));
        Assert.Single(platform.Requests);
    }

    /// <summary>The fake platform takes as much as Kestrel does: it closes the connection while the rest is still being sent.</summary>
    [Theory]
    [InlineData(31_000_000, "413")]
    [InlineData(70_000_000, "too large for a job")]
    public async Task with_large_files_says_what_to_do_instead(int size, string reason)
    {
        await File.WriteAllTextAsync(
            _file,
            $"{{\"files\":[{{\"path\":\"a\",\"content\":\"{new string('a', size)}\"}}]}}"
        );
        await using var platform = await FakePlatform.AnsweringAsync(Answer, 201);

        foreach (
            var check in (string[][])
                [
                    [],
                    ["--check"],
                ]
        )
        {
            var result = await platform.RunAsync(["jobs", "submit", _file, .. check]);

            Assert.Equal(1, result.ExitCode);
            Assert.Contains(reason, result.Error, StringComparison.Ordinal);
            Assert.Contains(
                "Upload large files with './platform artifacts upload'",
                result.Error,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task of_what_has_no_end_ends()
    {
        await using var platform = await FakePlatform.AnsweringAsync(Answer, 201);

        var result = await platform.RunAsync("jobs", "submit", "/dev/zero");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("platform: /dev/zero is too large for a job.", result.Error, StringComparison.Ordinal);
        Assert.Empty(platform.Requests);
    }

    [Fact]
    public async Task of_invalid_json_reports_the_position_and_sends_nothing()
    {
        await File.WriteAllTextAsync(_file, "{\n  \"name\": oops\n}");
        await using var platform = await FakePlatform.AnsweringAsync(Answer, 201);

        var result = await platform.RunAsync("jobs", "submit", _file);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"platform: {_file} is not valid JSON: line 2, column 11.\n", result.Error);
        Assert.Empty(platform.Requests);
    }

    [Theory]
    [InlineData("""{"name":"a","name":"b"}""", "name")]
    [InlineData("""{"name":"a","env":{"A":"1","A":"2"}}""", "A")]
    public async Task with_a_doubled_field_reports_that_and_sends_nothing(string job, string field)
    {
        await File.WriteAllTextAsync(_file, job);
        await using var platform = await FakePlatform.AnsweringAsync(Answer, 201);

        var result = await platform.RunAsync("jobs", "submit", _file);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"platform: {_file} has the field '{field}' twice.\n", result.Error);
        Assert.Empty(platform.Requests);
    }

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"\ud800":1,"\ud800":2}""")]
    [InlineData("""{"env":{"a":1,"\udc00":2}}""")]
    public async Task with_a_name_that_is_no_text_reports_that_and_sends_nothing(string job)
    {
        await File.WriteAllTextAsync(_file, job);
        await using var platform = await FakePlatform.AnsweringAsync(Answer, 201);

        var result = await platform.RunAsync("jobs", "submit", _file);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"platform: {_file} ", result.Error, StringComparison.Ordinal);
        Assert.Empty(platform.Requests);
    }

    [Theory]
    [InlineData("/nowhere/job.json", "/nowhere/job.json does not exist.")]
    [InlineData("/tmp", "/tmp is a folder, not a file.")]
    [InlineData("-", "Standard input is empty.")]
    public async Task of_what_is_no_job_file_says_so(string file, string problem)
    {
        await using var platform = await FakePlatform.AnsweringAsync(Answer, 201);

        var result = await platform.RunAsync("jobs", "submit", file);

        Assert.Equal((1, $"platform: {problem}\n"), (result.ExitCode, result.Error));
        Assert.Empty(platform.Requests);
    }
}

/// <summary>What a platform with a full disk answers, and what the command line makes of it.</summary>
internal static class FullDisk
{
    public const string Problem = """
        {"status":507,"type":"/problems/disk.full","traceId":"4bf92f","detail":"The platform's disk of 'data' is 97 % full, so nothing new is accepted."}
        """;

    public const string Said =
        "platform: The platform's disk of 'data' is 97 % full, so nothing new is accepted. (507 Insufficient Storage, trace 4bf92f)\n";
}
