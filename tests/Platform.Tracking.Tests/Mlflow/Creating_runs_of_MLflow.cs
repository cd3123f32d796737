using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Mlflow;

[Trait("suite", "integration")]
public sealed class Creating_runs_of_MLflow(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    public async Task makes_two_for_processes_that_start_in_the_same_millisecond()
    {
        var (first, second) = (await CreateAsync(key: null), await CreateAsync(key: null));
        Assert.NotEqual(IdOf(first), IdOf(second));
    }

    [Fact]
    public async Task makes_one_for_a_key_however_often_it_is_repeated()
    {
        var key = $"{Guid.CreateVersion7()}";
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 3; i++)
        {
            ids.Add(IdOf(await CreateAsync(key)));
        }

        Assert.Single(ids);
    }

    [Fact]
    public async Task leaves_a_deleted_run_where_it_is_when_it_is_repeated()
    {
        var key = $"{Guid.CreateVersion7()}";
        var id = IdOf(await CreateAsync(key));
        await host.PostAsync("/runs/delete", new { run_id = id });

        var again = await CreateAsync(key);

        Assert.Equal(id, IdOf(again));
        Assert.Equal("deleted", again["run"]!["info"]!["lifecycle_stage"].Text());
    }

    [Fact]
    public async Task with_the_key_of_another_request_is_refused()
    {
        var key = $"{Guid.CreateVersion7()}";
        await CreateAsync(key);

        var refused = await CreateAsync(key, name: "other", HttpStatusCode.Conflict);

        Assert.Equal("RESOURCE_CONFLICT", refused.Code());
    }

    [Fact]
    public async Task with_what_is_no_key_is_refused() =>
        Assert.Equal(
            "INVALID_PARAMETER_VALUE",
            (await CreateAsync(new string('k', 256), expected: HttpStatusCode.BadRequest)).Code()
        );

    private async Task<JsonNode> CreateAsync(
        string? key,
        string name = "same",
        HttpStatusCode expected = HttpStatusCode.OK
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{MlflowCalls.Prefix}/runs/create")
        {
            Content = JsonContent.Create(
                new
                {
                    experiment_id = "0",
                    user_id = "anna",
                    run_name = name,
                    start_time = 1_700_000_000_000,
                }
            ),
        };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var answer = await host.Http.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private static string IdOf(JsonNode created) => MlflowCalls.IdOf(created["run"]!);
}
