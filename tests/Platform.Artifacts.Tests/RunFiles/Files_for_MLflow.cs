using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Artifacts.Tests.RunFiles;

/// <summary>What MLflow's clients send to its artifact storage, and what they are answered.</summary>
[Trait("suite", "integration")]
public sealed class Files_for_MLflow(HostWithRuns host) : IClassFixture<HostWithRuns>
{
    private const string Storage = "/api/2.0/mlflow-artifacts/artifacts";

    [Theory]
    [InlineData("/api/2.0")]
    [InlineData("/ajax-api/2.0")]
    public async Task are_uploaded_listed_downloaded_and_deleted(string prefix)
    {
        var run = host.NewRun();
        var id = Guid.Parse(run).ToString("N");
        var storage = $"{prefix}/mlflow-artifacts/artifacts";

        Assert.Equal((200, "{}"), await PutAsync($"{storage}/7/{id}/artifacts/model/MLmodel", [1, 2, 3]));
        Assert.Equal((200, "{}"), await PutAsync($"{storage}/7/{id}/artifacts/note.txt", [4]));

        // Base names only.
        var (_, files) = await host.SendAsync(HttpMethod.Get, $"{storage}?path=7/{id}/artifacts");
        Assert.Equal(
            """{"files":[{"path":"model","is_dir":true},{"path":"note.txt","is_dir":false,"file_size":1}]}""",
            files!.ToJsonString()
        );
        // Relative to the run.
        var (_, list) = await host.SendAsync(
            HttpMethod.Get,
            $"{prefix}/mlflow/artifacts/list?run_uuid=x&run_id={id}&path=model"
        );
        Assert.Equal(
            $$"""{"root_uri":"mlflow-artifacts:/7/{{id}}/artifacts","files":[{"path":"model/MLmodel","is_dir":false,"file_size":3}]}""",
            list!.ToJsonString()
        );
        Assert.Equal(
            "{}",
            (await host.SendAsync(HttpMethod.Get, $"{storage}?path=7/{id}/artifacts/none")).Body!.ToJsonString()
        );
        Assert.Equal([1, 2, 3], await host.Http.GetByteArrayAsync($"{storage}/7/{id}/artifacts/model/MLmodel"));
        Assert.Equal([1, 2, 3], await host.Http.GetByteArrayAsync($"/api/runs/{run}/files/model/MLmodel"));

        for (var repeat = 0; repeat < 2; repeat++)
        {
            var (status, body) = await host.SendAsync(HttpMethod.Delete, $"{storage}/7/{id}/artifacts/model");
            Assert.Equal((200, "{}"), (status, body!.ToJsonString()));
        }

        var (missing, error) = await host.SendAsync(HttpMethod.Get, $"{storage}/7/{id}/artifacts/model/MLmodel");
        Assert.Equal((404, "RESOURCE_DOES_NOT_EXIST"), (missing, (string?)error!["error_code"]));
    }

    [Fact]
    public async Task have_the_path_that_a_client_encodes_with_its_slashes()
    {
        var id = Guid.Parse(host.NewRun()).ToString("N");
        var root = $"{Storage}/7/{id}/artifacts";

        Assert.Equal((200, "{}"), await PutAsync($"{root}/c%2Fd%2fe.txt", [1]));

        Assert.Equal([1], await host.Http.GetByteArrayAsync($"{root}/c/d/e.txt"));
        Assert.Equal([1], await host.Http.GetByteArrayAsync($"{Storage}/7%2F{id}%2Fartifacts%2Fc%2Fd%2Fe.txt"));
        foreach (
            var list in new[]
            {
                $"{Storage}?path=7/{id}/artifacts/c%2Fd",
                $"{Storage}?path=7%252F{id}%252Fartifacts%252Fc%252Fd",
                $"/api/2.0/mlflow/artifacts/list?run_id={id}&path=c%252Fd",
            }
        )
        {
            var (_, files) = await host.SendAsync(HttpMethod.Get, list);
            Assert.EndsWith("e.txt", (string?)files!["files"]![0]!["path"], StringComparison.Ordinal);
        }

        await host.SendAsync(HttpMethod.Delete, $"{root}/c%2Fd");
        using var gone = await host.Http.GetAsync($"{root}/c/d/e.txt");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task are_listed_page_by_page()
    {
        var run = host.NewRun();
        for (var i = 0; i < 3; i++)
        {
            await PutAsync($"{Storage}/7/{run}/artifacts/{i}", [1]);
        }

        await host.ExecuteAsync(
            """
            insert into run_file (owner, path, size, sha256)
            select owner, 'many/' || n, size, sha256 from run_file, generate_series(1, 1500) n
            where owner = $1 and path = '0'
            """,
            run
        );

        var address = $"/api/2.0/mlflow/artifacts/list?run_id={run}&path=many";
        var first = (await host.SendAsync(HttpMethod.Get, address)).Body!;
        var second = (
            await host.SendAsync(
                HttpMethod.Get,
                $"{address}&page_token={Uri.EscapeDataString((string)first["next_page_token"]!)}"
            )
        ).Body!;

        Assert.Equal((1000, 500), (first["files"]!.AsArray().Count, second["files"]!.AsArray().Count));
        Assert.Null(second["next_page_token"]);
        Assert.Equal(
            1500,
            first["files"]!
                .AsArray()
                .Concat(second["files"]!.AsArray())
                .Select(file => (string)file!["path"]!)
                .Distinct()
                .Count()
        );
    }

    [Theory]
    [InlineData("7/{0}/artifact/a", 400, "INVALID_PARAMETER_VALUE")]
    [InlineData("{0}/artifacts/a", 400, "INVALID_PARAMETER_VALUE")]
    [InlineData("7/{0}/artifacts/a//b", 400, "INVALID_PARAMETER_VALUE")]
    [InlineData("7/00000000000000000000000000000000/artifacts/a", 404, "RESOURCE_DOES_NOT_EXIST")]
    public async Task have_addresses_of_runs(string path, int status, string code)
    {
        var run = Guid.Parse(host.NewRun()).ToString("N");
        using var body = new ByteArrayContent([1]);

        using var response = await host.Http.PutAsync($"{Storage}/{string.Format(path, run)}", body);

        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal((status, code), ((int)response.StatusCode, (string?)answer["error_code"]));
        Assert.NotEmpty((string)answer["message"]!);
    }

    [Theory]
    [InlineData(
        "POST",
        "/api/2.0/mlflow-artifacts/mpu/create/7/x/artifacts/big",
        HttpStatusCode.NotImplemented,
        "NOT_IMPLEMENTED"
    )]
    [InlineData("GET", "/api/2.0/mlflow-artifacts/nonsense", HttpStatusCode.NotFound, "ENDPOINT_NOT_FOUND")]
    public async Task come_in_one_request(string method, string path, HttpStatusCode status, string code)
    {
        var (actual, body) = await host.SendAsync(HttpMethod.Parse(method), path);

        Assert.Equal(((int)status, code), (actual, (string?)body!["error_code"]));
        if (status is HttpStatusCode.NotImplemented)
        {
            // Clients look for this.
            Assert.StartsWith(
                "Multipart upload is not supported for the current artifact repository",
                (string)body["message"]!,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task are_refused_while_tracking_does_not_answer_in_a_way_that_clients_repeat()
    {
        host.Answers = false;
        try
        {
            using var body = new ByteArrayContent([1]);
            using var response = await host.Http.PutAsync($"{Storage}/7/{host.NewRun()}/artifacts/a", body);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
        }
        finally
        {
            host.Answers = true;
        }
    }

    private async Task<(int Status, string Body)> PutAsync(string path, byte[] bytes)
    {
        using var body = new ByteArrayContent(bytes);
        using var response = await host.Http.PutAsync(path, body);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
