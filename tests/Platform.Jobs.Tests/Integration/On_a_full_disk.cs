using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Jobs;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class On_a_full_disk : IAsyncLifetime
{
    private readonly FakeDisk _disk = new();
    private TestDatabase _database = null!;
    private JobsHost _host = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateMigratedAsync("jobs", new JobsModule().Add);
        _host = await JobsHost.StartAsync(
            _database,
            new TestCluster(),
            _disk,
            ("Disk:Folders:database", "/"),
            ("Disk:Interval", "00:00:00.050")
        );
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task new_jobs_and_retries_are_refused_with_what_to_do_until_there_is_space()
    {
        var cancelled = await _host.SubmitAsync();
        await PostAsync($"/api/jobs/{cancelled}/cancel", HttpStatusCode.OK);
        await _host.WaitForAsync(cancelled, "cancelled");
        await FillAsync(0.96, "degraded");

        var problem = await PostAsync("/api/jobs", HttpStatusCode.InsufficientStorage, JobsHost.Job());
        await PostAsync($"/api/jobs/{cancelled}/retry", HttpStatusCode.InsufficientStorage);

        Assert.Equal("/problems/disk.full", problem["type"]!.GetValue<string>());
        Assert.Equal("disk.full", problem["code"]!.GetValue<string>());
        Assert.StartsWith(
            "The platform's disk of 'database' is 96 % full, so nothing new is accepted; what runs goes on. Free space until it is below 94 %",
            problem["detail"]!.GetValue<string>(),
            StringComparison.Ordinal
        );

        await FillAsync(0.5, "healthy");
        await _host.SubmitAsync();
        await PostAsync($"/api/jobs/{cancelled}/retry", HttpStatusCode.OK);
    }

    [Fact]
    public async Task the_answer_to_a_submission_that_was_accepted_before_is_given_again()
    {
        var first = await SubmitWithKeyAsync(HttpStatusCode.Created);
        await FillAsync(0.96, "degraded");

        var again = await SubmitWithKeyAsync(HttpStatusCode.OK);

        Assert.Equal(first["id"]!.GetValue<Guid>(), again["id"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task jobs_of_other_services_are_refused_too()
    {
        await FillAsync(0.96, "degraded");
        var client = _host.Bus.CreateRequestClient<SubmitJob>(TimeSpan.FromSeconds(30));

        var answer = await client.GetResponse<JobSubmissionAccepted, JobSubmissionRefused>(
            new SubmitJob
            {
                JobId = Guid.CreateVersion7(),
                SubmittedBy = "user:anna",
                Job = new JobRequest { Name = "digits", Command = ["true"] },
            }
        );

        Assert.True(answer.Is(out Response<JobSubmissionRefused>? refused));
        Assert.Contains("96 % full", Assert.Single(refused!.Message.Errors["job"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task what_runs_goes_on_and_deleting_cancelling_and_reading_work()
    {
        var running = await _host.SubmitAsync();
        await _host.WaitForAsync(running, "running");
        var other = await _host.SubmitAsync();
        await FillAsync(0.99, "degraded");

        using var log = await _host.PostLogAsync(running, 0, "still here\n"u8.ToArray());
        Assert.Equal(HttpStatusCode.OK, log.StatusCode);
        await PostAsync($"/api/jobs/{other}/cancel", HttpStatusCode.OK);
        await _host.WaitForAsync(other, "cancelled");
        using var deleted = await _host.Http.DeleteAsync($"/api/jobs/{other}");
        Assert.True(deleted.IsSuccessStatusCode, await deleted.Content.ReadAsStringAsync());
        Assert.Equal("still here\n", await _host.Http.GetStringAsync($"/api/jobs/{running}/logs"));
    }

    private async Task FillAsync(double share, string health)
    {
        _disk.Share = share;
        await WaitFor.ConditionAsync(
            "the service to see the disk",
            async () =>
            {
                using var ready = await _host.Http.GetAsync("/health/ready");
                Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
                var report = (await ready.Content.ReadFromJsonAsync<JsonNode>())!;
                return report["checks"]!["disk"]!["status"]!.GetValue<string>() == health
                    && report["disks"]!.AsArray().Count == (share < 0.85 ? 0 : 1);
            }
        );
    }

    private async Task<JsonNode> PostAsync(string path, HttpStatusCode expected, object? body = null)
    {
        using var response = await _host.Http.PostAsync(path, body is null ? null : JsonContent.Create(body));
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{path} answered {response.StatusCode}: {answer}");
        return JsonNode.Parse(answer)!;
    }

    private async Task<JsonNode> SubmitWithKeyAsync(HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs")
        {
            Content = JsonContent.Create(JobsHost.Job()),
            Headers = { { "Idempotency-Key", "once" } },
        };
        using var response = await _host.Http.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
