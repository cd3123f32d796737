using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Submitting_a_job(JobsFixture fixture) : IClassFixture<JobsFixture>
{
    private readonly JobsHost _host = fixture.Host;

    [Fact]
    [Trait("check", "JOB-01")]
    public async Task answers_with_the_job_its_location_and_its_version()
    {
        using var response = await _host.Http.PostAsJsonAsync("/api/jobs", JobsHost.Job());
        var job = (await response.Content.ReadFromJsonAsync<JsonNode>())!;

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal($"/api/jobs/{job["id"]}", response.Headers.Location!.ToString());
        Assert.NotNull(response.Headers.ETag);
        Assert.Equal("digits", job["name"]!.GetValue<string>());
        Assert.Equal("demo/digits", job["project"]!.GetValue<string>());
        Assert.Equal(1, job["attempt"]!.GetValue<int>());
        Assert.NotEqual(Guid.Empty, job["runId"]!.GetValue<Guid>());
        Assert.Equal(50, job["priority"]!.GetValue<int>());
        Assert.Equal(0, job["resources"]!["gpus"]!.GetValue<int>());
        Assert.Equal(1, job["resources"]!["cpus"]!.GetValue<double>());
        Assert.Equal(512, job["resources"]!["memoryMiB"]!.GetValue<int>());
        Assert.Equal(1, job["retry"]!["maxAttempts"]!.GetValue<int>());
    }

    [Fact]
    [Trait("check", "JOB-01")]
    public async Task a_hundred_times_at_once_creates_a_hundred_jobs()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _host.SubmitAsync()));

        Assert.Equal(100, ids.Distinct().Count());
        foreach (var id in ids)
        {
            Assert.Equal("job_submitted", (await _host.HistoryAsync(id))[0]);
        }
    }

    [Fact]
    [Trait("check", "JOB-01")]
    public async Task fifty_times_at_once_with_one_key_creates_one_job()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => PostAsync(JobsHost.Job("race", "race"), "the key of the race"))
        );

        Assert.Single(answers.Select(answer => answer.Id).Distinct());
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(49, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(1, (await _host.GetAsync("/api/jobs?project=race"))["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task with_a_used_key_and_another_body_is_a_conflict()
    {
        var first = await PostAsync(JobsHost.Job("first"), "used once");
        var same = await PostAsync(JobsHost.Job("first"), "used once");
        var other = await PostAsync(JobsHost.Job("second"), "used once");

        Assert.Equal((HttpStatusCode.OK, first.Id), (same.Status, same.Id));
        Assert.Equal(HttpStatusCode.Conflict, other.Status);
    }

    [Fact]
    public async Task with_a_used_key_and_other_file_contents_is_a_conflict()
    {
        object Job(string text) =>
            new
            {
                name = "files",
                command = new[] { "sh" },
                files = new Dictionary<string, string> { ["a"] = text },
            };
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(Job("1"), "files")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(Job("2"), "files")).Status);
    }

    [Fact]
    public async Task separates_the_keys_of_different_users()
    {
        var ada = await PostAsync(JobsHost.Job("hers"), "shared key", "ada");
        var bob = await PostAsync(JobsHost.Job("his"), "shared key", "bob");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (ada.Status, bob.Status));
        var history = await _host.GetAsync($"/api/jobs/{ada.Id}/events");
        Assert.Equal("user:ada", history["items"]![0]!["actor"]!.GetValue<string>());
    }

    [Fact]
    public async Task stores_no_file_contents_in_the_history()
    {
        var id = await _host.SubmitAsync(
            new
            {
                name = "files",
                command = new[] { "sh" },
                files = new Dictionary<string, string> { ["a.sh"] = "echo secret-text" },
            }
        );

        var history = (await _host.GetAsync($"/api/jobs/{id}/events")).ToJsonString();

        Assert.DoesNotContain("secret-text", history);
        Assert.Contains("a.sh", history);
    }

    [Fact]
    public async Task accepts_more_gpus_than_any_node_has() =>
        await _host.SubmitAsync(
            new
            {
                name = "huge",
                command = new[] { "sh" },
                resources = new
                {
                    gpus = 1024,
                    cpus = 0.5,
                    memoryMiB = 1,
                },
            }
        );

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task is_refused_with_the_invalid_field(string body, string field)
    {
        using var response = await PostRawAsync(body);
        var text = await response.Content.ReadAsStringAsync();

        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = JsonNode.Parse(text)!;
        if (problem["errors"] is { } errors)
        {
            Assert.Equal([field], errors.AsObject().Select(error => error.Key));
        }
        else
        {
            Assert.Contains(field, problem["detail"]!.GetValue<string>());
        }
    }

    [Theory]
    [InlineData("""[{ "artifact": "a", "path": "in/x" }, { "artifact": "b:2", "path": "in/x" }]""", 1, "'a' and 'b:2'")]
    [InlineData("""[{ "artifact": "a", "path": "train.py" }]""", 0, "'a' is put at 'train.py'")]
    [InlineData("""[{ "artifact": "a", "path": "train.py/x" }]""", 0, "has its file 'train.py'")]
    public async Task with_inputs_that_would_replace_a_file_is_refused_with_both_named(
        string inputs,
        int index,
        string message
    )
    {
        var body = $$"""{ "name": "n", "command": ["sh"], "files": { "train.py": "" }, "inputs": {{inputs}} }""";
        using var refused = await PostRawAsync(body);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var check = await _host.Http.PostAsync("/api/jobs/check", content);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        foreach (var response in (HttpResponseMessage[])[refused, check])
        {
            var errors = (await response.Content.ReadFromJsonAsync<JsonNode>())!["errors"]!.AsObject();
            var (field, messages) = Assert.Single(errors);
            Assert.Equal($"inputs[{index}].path", field);
            Assert.Contains(message, Assert.Single(messages!.AsArray())!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task takes_empty_arguments_folders_that_inputs_share_with_files_and_the_variables_of_others()
    {
        var id = await _host.SubmitAsync(
            new
            {
                name = "unusual",
                command = new[] { "printf", "", "" },
                files = new Dictionary<string, string> { ["in/config.json"] = "{}" },
                inputs = new[] { new { artifact = "a", path = "in" }, new { artifact = "b", path = "in/b" } },
                timeoutSeconds = int.MaxValue,
                env = new Dictionary<string, string>
                {
                    ["MLFLOW_TRACKING_URI"] = "file:./mlruns",
                    ["TMPDIR"] = "/scratch",
                    ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID",
                },
            }
        );

        var job = await _host.JobAsync(id);
        Assert.Equal(["printf", "", ""], job["command"]!.AsArray().Select(part => part!.GetValue<string>()));
        Assert.Equal("/scratch", job["env"]!["TMPDIR"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{ "name": "checked", "command": ["sh"] }""", "{}")]
    [InlineData("""{ "command": ["sh"], "priority": 101 }""", """{"name":1,"priority":1}""")]
    public async Task can_be_validated_as_a_dry_run(string body, string errorsByField)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _host.Http.PostAsync("/api/jobs/check", content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var errors = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errors"]!.AsObject();
        var counts = errors.Select(error => $"\"{error.Key}\":{error.Value!.AsArray().Count}");
        Assert.Equal(errorsByField, $"{{{string.Join(',', counts)}}}");
        Assert.Equal(0, (await _host.GetAsync("/api/jobs?search=checked"))["total"]!.GetValue<int>());
    }

    public static TheoryData<string, string> BadBodies()
    {
        const string Rest = """ "name": "digits", "command": ["sh"] """;
        var longName = new string('n', 121);
        var longProject = new string('p', 201);
        return new TheoryData<string, string>
        {
            { "{ \"command\": [\"sh\"] }", "name" },
            { """{ "name": "  ", "command": ["sh"] }""", "name" },
            { """{ "name": "a\u0000b", "command": ["sh"] }""", "name" },
            { """{ "name": "a\nb", "command": ["sh"] }""", "name" },
            { """{ "name": "a\u202eb", "command": ["sh"] }""", "name" },
            { """{ "name": "a\u2028b", "command": ["sh"] }""", "name" },
            { $$"""{ "name": "{{longName}}", "command": ["sh"] }""", "name" },
            { """{ "name": "digits" }""", "command" },
            { """{ "name": "digits", "command": [] }""", "command" },
            { """{ "name": "digits", "command": [""] }""", "command[0]" },
            { """{ "name": "digits", "command": ["sh", null] }""", "command[1]" },
            { """{ "name": "digits", "command": ["a\u0000b"] }""", "command[0]" },
            { """{ "name": "digits", "command": "sh" }""", "command" },
            { """{ "name": 7, "command": ["sh"] }""", "name" },
            { $$"""{ {{Rest}}, "surprise": 1 }""", "surprise" },
            { $$"""{ {{Rest}}, "resources": { "gpu": 1 } }""", "gpu" },
            { $$"""{ {{Rest}}, "project": "" }""", "project" },
            { $$"""{ {{Rest}}, "project": "a/../b" }""", "project" },
            { $$"""{ {{Rest}}, "project": "/a" }""", "project" },
            { $$"""{ {{Rest}}, "project": "a//b" }""", "project" },
            { $$"""{ {{Rest}}, "project": "a b" }""", "project" },
            { $$"""{ {{Rest}}, "project": "{{longProject}}" }""", "project" },
            { $$"""{ {{Rest}}, "files": { "../x": "" } }""", "files['../x']" },
            { $$"""{ {{Rest}}, "files": { "/etc/passwd": "" } }""", "files['/etc/passwd']" },
            { $$"""{ {{Rest}}, "files": { "a\\b": "" } }""", @"files['a\b']" },
            { $$"""{ {{Rest}}, "files": { "": "" } }""", "files['']" },
            { $$"""{ {{Rest}}, "files": { "a": null } }""", "files['a']" },
            { $$"""{ {{Rest}}, "files": { "a": "x\u0000" } }""", "files['a']" },
            { $$"""{ {{Rest}}, "files": { "a": "1", "a/b": "2" } }""", "files['a']" },
            { $$"""{ {{Rest}}, "files": { "a": "{{new string('x', (1024 * 1024) + 1)}}" } }""", "files" },
            { $$"""{ {{Rest}}, "files": { "a": "1" }, "source": { "artifact": "code" } }""", "source" },
            { $$"""{ {{Rest}}, "source": { } }""", "source.artifact" },
            { $$"""{ {{Rest}}, "source": { "artifact": "../code" } }""", "source.artifact" },
            { $$"""{ {{Rest}}, "inputs": [null] }""", "inputs[0]" },
            { $$"""{ {{Rest}}, "inputs": [{ "artifact": "a:b:c", "path": "in" }] }""", "inputs[0].artifact" },
            { $$"""{ {{Rest}}, "inputs": [{ "artifact": "a", "path": "../in" }] }""", "inputs[0].path" },
            { $$"""{ {{Rest}}, "inputs": [{ "artifact": "a" }] }""", "inputs[0].path" },
            { $$"""{ {{Rest}}, "outputs": [{ "artifact": "a:latest", "path": "out" }] }""", "outputs[0].artifact" },
            { $$"""{ {{Rest}}, "outputs": [{ "artifact": "Blobs", "path": "out" }] }""", "outputs[0].artifact" },
            { $$"""{ {{Rest}}, "outputs": [{ "artifact": "a", "path": "out/.." }] }""", "outputs[0].path" },
            { $$"""{ {{Rest}}, "outputs": [{ "artifact": "a", "path": "o", "type": "cake" }] }""", "outputs[0].type" },
            { $$"""{ {{Rest}}, "resources": { "gpus": -1 } }""", "resources.gpus" },
            { $$"""{ {{Rest}}, "resources": { "gpus": 1025 } }""", "resources.gpus" },
            { $$"""{ {{Rest}}, "resources": { "gpus": 0.5 } }""", "gpus" },
            { $$"""{ {{Rest}}, "resources": { "cpus": 0 } }""", "resources.cpus" },
            { $$"""{ {{Rest}}, "resources": { "cpus": -1 } }""", "resources.cpus" },
            { $$"""{ {{Rest}}, "resources": { "cpus": 1e-300 } }""", "resources.cpus" },
            { $$"""{ {{Rest}}, "resources": { "cpus": 1e999 } }""", "resources.cpus" },
            { $$"""{ {{Rest}}, "resources": { "memoryMiB": 0 } }""", "resources.memoryMiB" },
            { $$"""{ {{Rest}}, "labels": { "": "x" } }""", "labels['']" },
            { $$"""{ {{Rest}}, "labels": { "zone": null } }""", "labels['zone']" },
            { $$"""{ {{Rest}}, "labels": { "zone": "a b" } }""", "labels['zone']" },
            { $$"""{ {{Rest}}, "priority": 101 }""", "priority" },
            { $$"""{ {{Rest}}, "priority": -1 }""", "priority" },
            { $$"""{ {{Rest}}, "retry": { "maxAttempts": 0 } }""", "retry.maxAttempts" },
            { $$"""{ {{Rest}}, "retry": { "backoffSeconds": -1 } }""", "retry.backoffSeconds" },
            { $$"""{ {{Rest}}, "timeoutSeconds": 0 }""", "timeoutSeconds" },
            { $$"""{ {{Rest}}, "timeoutSeconds": "60" }""", "timeoutSeconds" },
            { $$"""{ {{Rest}}, "env": { "1A": "x" } }""", "env['1A']" },
            { $$"""{ {{Rest}}, "env": { "A=B": "x" } }""", "env['A=B']" },
            { $$"""{ {{Rest}}, "env": { "PLATFORM_TOKEN": "x" } }""", "env['PLATFORM_TOKEN']" },
            { $$"""{ {{Rest}}, "env": { "platform_url": "x" } }""", "env['platform_url']" },
            { $$"""{ {{Rest}}, "env": { "A": "x\u0000" } }""", "env['A']" },
            { $$"""{ {{Rest}}, "env": { "CUDA_VISIBLE_DEVICES": "" } }""", "env['CUDA_VISIBLE_DEVICES']" },
            { $$"""{ {{Rest}}, "env": { "NVIDIA_VISIBLE_DEVICES": "all" } }""", "env['NVIDIA_VISIBLE_DEVICES']" },
            { $$"""{ {{Rest}}, "env": { "CUDA_DEVICE_ORDER": "FASTEST_FIRST" } }""", "env['CUDA_DEVICE_ORDER']" },
            { $$"""{ {{Rest}}, "env": { "RANK": "0" } }""", "env['RANK']" },
            { $$"""{ {{Rest}}, "env": { "WORLD_SIZE": "1" } }""", "env['WORLD_SIZE']" },
            { $$"""{ {{Rest}}, "env": { "LOCAL_RANK": "0" } }""", "env['LOCAL_RANK']" },
            { $$"""{ {{Rest}}, "env": { "MASTER_ADDR": "a" } }""", "env['MASTER_ADDR']" },
            { $$"""{ {{Rest}}, "env": { "MASTER_PORT": "1" } }""", "env['MASTER_PORT']" },
            { $$"""{ {{Rest}}, "name": "\ud800" }""", "name" },
            { "[]", "JSON" },
            { "{", "JSON" },
            { "null", "body" },
            { "", "body" },
        };
    }

    [Fact]
    public async Task lists_every_error_at_once()
    {
        using var response = await PostRawAsync(
            """{ "name": "", "command": [], "priority": 200, "env": { "PLATFORM_X": "" } }"""
        );
        var problem = (await response.Content.ReadFromJsonAsync<JsonNode>())!;

        Assert.Equal(
            ["name", "command", "priority", "env['PLATFORM_X']"],
            problem["errors"]!.AsObject().Select(error => error.Key)
        );
    }

    [Fact]
    public async Task is_refused_when_it_is_not_json_or_too_large()
    {
        using var text = await _host.Http.PostAsync("/api/jobs", new StringContent("name=digits"));
        using var tooLarge = new HttpRequestMessage(HttpMethod.Post, "/api/jobs")
        {
            Content = new StringContent(new string(' ', 9 * 1024 * 1024), Encoding.UTF8, "application/json"),
        };
        // Otherwise the client may still be sending when it is refused.
        tooLarge.Headers.ExpectContinue = true;
        using var huge = await _host.Http.SendAsync(tooLarge);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, huge.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("k\tk")]
    public async Task is_refused_with_an_invalid_key(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs")
        {
            Content = JsonContent.Create(JobsHost.Job()),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key.Length == 0 ? new string('k', 256) : key);
        using var response = await _host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private Task<HttpResponseMessage> PostRawAsync(string body) =>
        _host.Http.PostAsync("/api/jobs", new StringContent(body, Encoding.UTF8, "application/json"));

    private async Task<(HttpStatusCode Status, Guid Id)> PostAsync(object job, string key, string? subject = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = JsonContent.Create(job) };
        request.Headers.Add("Idempotency-Key", key);
        if (subject is not null)
        {
            request.Headers.Authorization = SignedIn.As(Caller.User(subject, UserRole.Editor));
        }

        using var response = await _host.Http.SendAsync(request);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return (response.StatusCode, body["id"]?.GetValue<Guid>() ?? Guid.Empty);
    }
}
