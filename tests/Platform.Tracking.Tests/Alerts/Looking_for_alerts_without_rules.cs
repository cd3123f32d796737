using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Npgsql;

namespace Platform.Tracking.Tests.Alerts;

/// <summary>Of a server of its own, whose questions to the database are listened to.</summary>
[Trait("suite", "integration")]
public sealed class Looking_for_alerts_without_rules : IAsyncLifetime
{
    private readonly AlertHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task asks_for_rules_only()
    {
        var run = await _host.CreateRunAsync();
        using var questions = new Questions(
            new NpgsqlConnectionStringBuilder(_host.Store.DataSource.ConnectionString).Database!
        );
        await _host.LogValuesAsync(run, "loss", 1, double.NaN);
        await SweptAsync(questions);
        Assert.DoesNotContain(questions.Asked, IsAboutWatched);
        // Each look asks once for alerts that nothing stands for; one may have begun before.
        Assert.InRange(questions.Asked.Count(IsAboutStale), 1, questions.Sweeps + 1);

        // A rule that is made, or goes on, is looked at with what comes from then on.
        var rule = await _host.AddRuleAsync(
            new
            {
                name = "nan",
                project = "demo",
                watch = "metric",
                condition = "nan",
                metric = "loss",
            }
        );
        await _host.LogValuesAsync(run, "loss", 2, double.NaN);
        await WaitFor.ConditionAsync(
            "an alert",
            async () => (await _host.GetAsync($"/api/alerts?subject={run}"))["items"]!.AsArray().Count == 1
        );
        Assert.Contains(questions.Asked, IsAboutWatched);

        await _host.SendAsync(HttpMethod.Post, $"/api/alerts/rules/{rule}/pause", body: null, HttpStatusCode.OK);
        await SweptAsync(questions);
        questions.Asked.Clear();
        await _host.LogValuesAsync(run, "loss", 3, double.NaN);
        await SweptAsync(questions);
        Assert.DoesNotContain(questions.Asked, IsAboutWatched);
    }

    private static bool IsAboutWatched(string sql) =>
        sql.Contains("join alert_rule", StringComparison.Ordinal)
        && !sql.Contains("left join alert_rule", StringComparison.Ordinal);

    private static bool IsAboutStale(string sql) => sql.Contains("left join alert_rule", StringComparison.Ordinal);

    /// <summary>Waits for three sweeps, of which one began and ended in between.</summary>
    private static async Task SweptAsync(Questions questions)
    {
        var before = questions.Sweeps;
        await WaitFor.ConditionAsync("sweeps", () => Task.FromResult(questions.Sweeps >= before + 3));
    }

    /// <summary>What is asked of a database.</summary>
    private sealed class Questions : IDisposable
    {
        private readonly ActivityListener _listener;

        public Questions(string database)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name is "Npgsql",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity =>
                {
                    var name = activity.GetTagItem("db.name") ?? activity.GetTagItem("db.namespace");
                    var sql = activity.GetTagItem("db.statement") ?? activity.GetTagItem("db.query.text");
                    if (
                        sql is string text
                        && name is string asked
                        && asked.Contains(database, StringComparison.Ordinal)
                    )
                    {
                        Asked.Enqueue(text);
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public ConcurrentQueue<string> Asked { get; } = new();

        /// <summary>How often it was asked what there are rules about.</summary>
        public int Sweeps => Asked.Count(sql => sql.Contains("select distinct watch", StringComparison.Ordinal));

        public void Dispose() => _listener.Dispose();
    }
}
