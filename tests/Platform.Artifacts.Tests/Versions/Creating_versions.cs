using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Jobs;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Tests.Versions;

[Trait("suite", "integration")]
public sealed class Creating_versions(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    [Fact]
    [Trait("check", "ART-01")]
    public async Task numbers_them_from_1()
    {
        var name = ArtifactsHost.NewName();
        var first = await host.CreateAsync(name, "one");
        var second = await host.CreateAsync(name, "two");

        Assert.Equal(1, first.Version);
        Assert.Equal(2, second.Version);
        Assert.Equal(["latest"], second.Aliases);
        Assert.Equal("one", await host.Http.GetStringAsync($"/api/artifacts/{name}/versions/1/files/file.txt"));
        Assert.Equal("two", await host.Http.GetStringAsync($"/api/artifacts/{name}/versions/v2/files/file.txt"));
    }

    [Fact]
    [Trait("check", "ART-01")]
    public async Task at_the_same_time_gives_each_its_own_consecutive_number()
    {
        var name = ArtifactsHost.NewName();
        var request = new CreateVersion { Files = [await host.UploadAsync("a", [1, 2, 3])] };

        var versions = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.CreateAsync(name, request)));

        Assert.Equal(Enumerable.Range(1, 20), versions.Select(version => version.Version).Order());
    }

    [Fact]
    public async Task answers_with_its_location_and_the_artifacts_revision()
    {
        var name = ArtifactsHost.NewName();
        var file = await host.UploadAsync("a", [1]);

        using var response = await host.Http.PostAsJsonAsync(
            $"/api/artifacts/{name}/versions",
            new CreateVersion { Files = [file] }
        );

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal($"/api/artifacts/{name}/versions/1", response.Headers.Location!.OriginalString);
        Assert.Equal("\"1\"", response.Headers.ETag!.Tag);
    }

    [Fact]
    [Trait("check", "ART-03")]
    public async Task stores_all_its_fields()
    {
        var name = ArtifactsHost.NewName();
        var b = await host.UploadAsync("weights/b.bin", ArtifactsHost.RandomBytes(20));
        var a = await host.UploadAsync("a ü.json", ArtifactsHost.RandomBytes(10));
        var request = new CreateVersion
        {
            Type = "model",
            Project = "demo/digits",
            Description = "97 % on the test set",
            Files = [b, a],
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["epochs"] = "5" },
            Aliases = ["best", "best"],
            JobId = Guid.CreateVersion7(),
            Attempt = 2,
            RunId = Guid.CreateVersion7(),
        };

        var created = await host.CreateAsync(name, request);
        var read = await host.GetAsync<ArtifactManifest>($"/api/artifacts/{name}/versions/best");

        Assert.Equivalent(created, read, strict: true);
        Assert.Equal([a, b], read.Files);
        Assert.Equal(30, read.Size);
        Assert.Equal(["latest", "best"], read.Aliases);
        Assert.Equal(
            (request.Type, request.Project, request.Description, request.JobId, request.Attempt, request.RunId),
            (read.Type, read.Project, read.Description, read.JobId, read.Attempt, read.RunId)
        );
        Assert.Equal(request.Metadata, read.Metadata);
        Assert.Equal(DigestOf(read.Files), read.Digest);
    }

    [Fact]
    [Trait("check", "ART-03")]
    public async Task accepts_ten_thousand_files_and_keeps_its_events_small()
    {
        var name = ArtifactsHost.NewName();
        var blob = await host.UploadAsync("x", ArtifactsHost.RandomBytes(100));
        var files = Enumerable.Range(0, 10_000).Select(i => blob with { Path = $"images/{i % 100}/{i}.png" }).ToArray();

        var created = await host.CreateAsync(name, new CreateVersion { Type = "dataset", Files = files });

        Assert.Equal(10_000, created.Files.Count);
        Assert.Equal(1_000_000, created.Size);
        Assert.Equal(DigestOf(files), created.Digest);
        Assert.InRange(await host.EventBytesAsync(name), 1, 2000);
    }

    [Fact]
    public async Task with_the_same_idempotency_key_creates_one()
    {
        var name = ArtifactsHost.NewName();
        var file = await host.UploadAsync("a", [1]);
        var body = $$"""{"files":[{{Json(file)}}],"metadata":{"a":"1","b":"2"} }""";
        var reordered = $$"""{"metadata":{"b":"2","a":"1"},"files":[{{Json(file)}}],"type":"custom"}""";

        var first = await CreateAsync(name, body, ("Idempotency-Key", "upload-1"));
        await host.CreateAsync(name);
        var again = await CreateAsync(name, reordered, ("Idempotency-Key", "upload-1"));
        var other = await CreateAsync(name, body, ("Idempotency-Key", "upload-2"));

        Assert.Equal((201, 1), (first.Status, (int)first.Body!["version"]!));
        Assert.Equal((201, 1), (again.Status, (int)again.Body!["version"]!));
        Assert.Equal((201, 3), (other.Status, (int)other.Body!["version"]!));
    }

    [Fact]
    public async Task with_the_same_idempotency_key_and_another_body_is_a_conflict()
    {
        var name = ArtifactsHost.NewName();
        var file = await host.UploadAsync("a", [1]);
        await CreateAsync(name, $$"""{"files":[{{Json(file)}}]}""", ("Idempotency-Key", "k"));

        var (status, problem) = await CreateAsync(
            name,
            $$"""{"files":[{{Json(file)}}],"description":"other"}""",
            ("Idempotency-Key", "k")
        );

        Assert.Equal(409, status);
        Assert.Equal("/problems/idempotency-key.reused", (string?)problem!["type"]);
    }

    [Fact]
    public async Task needs_the_bytes_first_and_lists_what_is_missing()
    {
        var name = ArtifactsHost.NewName();
        var stored = await host.UploadAsync("a", [1, 2]);
        var missing = new string('a', 64);
        var body = $$"""
            {"files":[{{Json(stored)}},{"path":"b","size":1,"sha256":"{{missing}}"},{{Json(
                stored with
                {
                    Path = "c",
                    Size = 3,
                }
            )}}]}
            """;

        var (status, problem) = await CreateAsync(name, body);

        Assert.Equal(400, status);
        Assert.Equal("/problems/artifact.blobs-missing", (string?)problem!["type"]);
        Assert.Equal([missing, stored.Sha256], problem["missing"]!.AsArray().Select(item => (string?)item));
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}")).Status);
    }

    [Fact]
    public async Task of_another_type_is_a_conflict()
    {
        var name = ArtifactsHost.NewName();
        var file = await host.UploadAsync("a", [1]);
        await host.CreateAsync(name, new CreateVersion { Type = "model", Files = [file] });

        var (status, problem) = await CreateAsync(name, $$"""{"type":"dataset","files":[{{Json(file)}}]}""");

        Assert.Equal(409, status);
        Assert.Equal("/problems/artifact.type-mismatch", (string?)problem!["type"]);
    }

    [Fact]
    public async Task by_a_job_belongs_to_that_job()
    {
        var name = ArtifactsHost.NewName();
        var file = await host.UploadAsync("a", [1]);
        var job = Guid.CreateVersion7();
        var subject = As(Caller.Job(job, attempt: 1));

        var own = await CreateAsync(name, $$"""{"files":[{{Json(file)}}]}""", subject);
        var foreign = await CreateAsync(
            name,
            $$"""{"files":[{{Json(file)}}],"jobId":"{{Guid.CreateVersion7()}}"}""",
            subject
        );

        Assert.Equal((201, job), (own.Status, (Guid)own.Body!["jobId"]!));
        Assert.Equal((403, "/problems/artifact.foreign-job"), (foreign.Status, (string?)foreign.Body!["type"]));
    }

    [Fact]
    [Trait("check", "JOB-03")]
    public async Task by_a_process_whose_job_has_a_later_attempt_is_refused()
    {
        var name = ArtifactsHost.NewName();
        var file = await host.UploadAsync("a", [1]);
        var job = Guid.CreateVersion7();
        Assert.Equal(201, (await CreateFromAsync(name, file, job, attempt: 1)).Status);

        await host.Services.GetRequiredService<IBus>().Publish(Queued(job, attempt: 2));

        var refused = await WaitFor.ValueAsync(
            "the first attempt to be refused",
            () => CreateFromAsync(name, file, job, attempt: 1),
            answer => answer.Status != 201
        );
        Assert.Equal((409, "/problems/artifact.attempt-fenced"), (refused.Status, (string?)refused.Body!["type"]));
        Assert.Equal(201, (await CreateFromAsync(name, file, job, attempt: 2)).Status);
        // An agent may send what a process left behind, for any attempt.
        Assert.Equal(201, (await CreateAsync(name, $$"""{"files":[{{Json(file)}}],"attempt":1}""")).Status);
    }

    [Fact]
    [Trait("check", "JOB-03")]
    public async Task by_a_process_is_refused_once_a_later_attempt_created_one_before_its_message_arrived()
    {
        var name = ArtifactsHost.NewName();
        var file = await host.UploadAsync("a", [1]);
        var job = Guid.CreateVersion7();
        Assert.Equal(201, (await CreateFromAsync(name, file, job, attempt: 1)).Status);

        Assert.Equal(201, (await CreateFromAsync(name, file, job, attempt: 2)).Status);

        var refused = await CreateFromAsync(name, file, job, attempt: 1);
        Assert.Equal((409, "/problems/artifact.attempt-fenced"), (refused.Status, (string?)refused.Body!["type"]));
        Assert.Equal(201, (await CreateFromAsync(name, file, job, attempt: 2)).Status);
        Assert.Equal(201, (await CreateFromAsync(name, file, job, attempt: 3)).Status);
        Assert.Equal(409, (await CreateFromAsync(name, file, job, attempt: 2)).Status);
    }

    private Task<(int Status, JsonNode? Body)> CreateFromAsync(string name, ArtifactFile file, Guid job, int attempt) =>
        CreateAsync(name, $$"""{"files":[{{Json(file)}}]}""", As(Caller.Job(job, attempt)));

    private static (string Name, string Value) As(Caller caller) => ("Authorization", $"{SignedIn.As(caller)}");

    private static JobQueuedMessage Queued(Guid job, int attempt) =>
        new()
        {
            JobId = job,
            Attempt = attempt,
            Resources = new Resources
            {
                Gpus = 0,
                Cpus = 1,
                MemoryMiB = 64,
            },
            Labels = new Dictionary<string, string>(StringComparer.Ordinal),
            Priority = 50,
            SubmittedAt = DateTimeOffset.UnixEpoch,
            NotBefore = DateTimeOffset.UnixEpoch,
        };

    public static TheoryData<string, string> BadBodies =>
        new()
        {
            { """{"files":[]}""", "files" },
            { """{"files":null}""", "files" },
            { """{"files":[null]}""", "files[0]" },
            { """{"files":[$],"type":"picture"}""", "type" },
            { """{"files":[$],"type":null}""", "type" },
            { """{"files":[$],"aliases":["latest"]}""", "aliases" },
            { """{"files":[$],"aliases":["v3"]}""", "aliases" },
            { """{"files":[$],"aliases":[null]}""", "aliases" },
            { """{"files":[$],"aliases":null}""", "aliases" },
            { """{"files":[$],"metadata":null}""", "metadata" },
            { """{"files":[$],"metadata":{"a":null}}""", "metadata" },
            { """{"files":[$],"metadata":{"a":"\u0000"}}""", "metadata" },
            { """{"files":[$],"description":"a\u0000b"}""", "description" },
            { """{"files":[$],"description":"a\u202eb"}""", "description" },
            { """{"files":[$],"project":"../up"}""", "project" },
            { """{"files":[$],"project":"two words"}""", "project" },
            { """{"files":[$],"attempt":0}""", "attempt" },
            { """{"files":[{"path":"../a","size":1,"sha256":"#"}]}""", "files[0].path" },
            { """{"files":[{"path":"/etc/passwd","size":1,"sha256":"#"}]}""", "files[0].path" },
            { """{"files":[{"path":"a\\b","size":1,"sha256":"#"}]}""", "files[0].path" },
            { """{"files":[{"path":"a\u0000","size":1,"sha256":"#"}]}""", "files[0].path" },
            { """{"files":[{"path":null,"size":1,"sha256":"#"}]}""", "files[0].path" },
            { """{"files":[$,$]}""", "files[1].path" },
            { """{"files":[$,{"path":"a/b","size":1,"sha256":"#"}]}""", "files[1].path" },
            { """{"files":[{"path":"a","size":-1,"sha256":"#"}]}""", "files[0].size" },
            { """{"files":[{"path":"a","size":1,"sha256":"../../etc"}]}""", "files[0].sha256" },
            { """{"files":[{"path":"a","size":1,"sha256":null}]}""", "files[0].sha256" },
        };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task names_the_invalid_field(string body, string field)
    {
        var file = await host.UploadAsync("a", [7]);
        var json = body.Replace("$", Json(file), StringComparison.Ordinal)
            .Replace("#", file.Sha256, StringComparison.Ordinal);

        var (status, problem) = await CreateAsync(ArtifactsHost.NewName(), json);

        Assert.Equal(400, status);
        Assert.Equal("/problems/validation", (string?)problem!["type"]);
        Assert.Equal([field], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"files":[{"path":"a","size":"1","sha256":""}]}""")]
    [InlineData("""{"files":[],"unknown":1}""")]
    [InlineData("""{"files":[{"path":"\ud800","size":1,"sha256":""}]}""")]
    [InlineData("""{"files":[],"jobId":"nonsense"}""")]
    public async Task refuses_malformed_requests(string body)
    {
        var (status, problem) = await CreateAsync(ArtifactsHost.NewName(), body);

        Assert.Equal(400, status);
        Assert.NotNull(problem!["detail"]);
    }

    [Theory]
    [InlineData("..%2Fa")]
    [InlineData("a%2Fb")]
    [InlineData("a%5Cb")]
    [InlineData(".a")]
    [InlineData("blobs")]
    [InlineData("statistics")]
    [InlineData("a%20b")]
    [InlineData("a%0A")]
    public async Task refuses_unsafe_names(string name)
    {
        var file = await host.UploadAsync("a", [1]);

        var (status, problem) = await CreateAsync(name, $$"""{"files":[{{Json(file)}}]}""");

        Assert.Equal(400, status);
        Assert.NotNull(problem!["errors"]!["name"]);
    }

    private Task<(int Status, JsonNode? Body)> CreateAsync(
        string name,
        string json,
        params (string Name, string Value)[] headers
    ) => host.SendAsync(HttpMethod.Post, $"/api/artifacts/{name}/versions", json, headers);

    private static string Json(ArtifactFile file) =>
        $$"""{"path":"{{file.Path}}","size":{{file.Size}},"sha256":"{{file.Sha256}}"}""";

    private static string DigestOf(IEnumerable<ArtifactFile> files)
    {
        var lines = files.Select(file => $"{file.Sha256}  {file.Size}  {file.Path}\n").Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }
}
