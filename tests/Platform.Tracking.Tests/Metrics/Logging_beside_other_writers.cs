using System.Net;
using System.Net.Http.Json;
using Npgsql;

namespace Platform.Tracking.Tests.Metrics;

/// <summary>Points that arrive while a rebuild, or the purge of their run, is in the middle of its transaction.</summary>
[Trait("suite", "integration")]
public sealed class Logging_beside_other_writers(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    public async Task stores_points_during_a_rebuild()
    {
        var id = await host.CreateRunAsync();
        Task<long> rebuild;
        Task<HttpStatusCode> logging;

        // The rebuild has deleted the rows of runs when it comes to the events.
        await using (var events = await TableLock.TakeAsync(host.Store, "mt_events"))
        {
            rebuild = host.Store.RebuildAsync("run:v1");
            await events.WaitForWaitersAsync(1);
            logging = LogAsync(id);
            await WaitFor.ConditionAsync(
                "the points to be stored, or to wait for the rebuild",
                async () => logging.IsCompleted || await events.CountWaitersAsync() == 2
            );
        }

        Assert.True(await rebuild > 0);
        Assert.Equal(HttpStatusCode.OK, await logging);
        Assert.Equal(1, await CountAsync("metric_series", id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task leaves_nothing_of_a_run_that_is_purged_meanwhile(bool logsFirst)
    {
        var id = await host.CreateRunAsync();
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", new { }, HttpStatusCode.OK);
        await host.SendAsync(HttpMethod.Delete, $"/api/runs/{id}", null, HttpStatusCode.OK);
        Task<HttpStatusCode> logging;
        Task<HttpStatusCode> purge;

        // Both come to it last.
        await using (var tails = await TableLock.TakeAsync(host.Store, "metric_tail"))
        {
            if (logsFirst)
            {
                logging = LogAsync(id);
                await tails.WaitForWaitersAsync(1);
                purge = PurgeAsync(id);
            }
            else
            {
                purge = PurgeAsync(id);
                await tails.WaitForWaitersAsync(1);
                logging = LogAsync(id);
            }

            await tails.WaitForWaitersAsync(2);
        }

        Assert.Equal(HttpStatusCode.OK, await purge);
        Assert.Equal(logsFirst ? HttpStatusCode.OK : HttpStatusCode.NotFound, await logging);
        foreach (var table in new[] { "metric_run", "metric_series", "metric_batch" })
        {
            Assert.Equal(0, await CountAsync(table, id));
        }

        await using var tailsLeft = host.Store.DataSource.CreateCommand(
            "select count(*) from metric_tail t where not exists (select from metric_series s where s.id = t.series_id)"
        );
        Assert.Equal(0L, await tailsLeft.ExecuteScalarAsync());
    }

    private Task<HttpStatusCode> LogAsync(string id) =>
        PostAsync($"/api/runs/{id}/metrics", new { points = new[] { new { key = "loss", value = 0.5 } } });

    private Task<HttpStatusCode> PurgeAsync(string id) => PostAsync("/api/runs/purge", new { ids = new[] { id } });

    private async Task<HttpStatusCode> PostAsync(string path, object body)
    {
        using var response = await host.Http.PostAsJsonAsync(path, body);
        return response.StatusCode;
    }

    private async Task<long> CountAsync(string table, string id)
    {
        await using var command = host.Store.DataSource.CreateCommand(
            $"select count(*) from {table} where run_id = $1"
        );
        command.Parameters.Add(new() { Value = id });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A table that nobody else reads or writes until this is disposed of.</summary>
    private sealed class TableLock : IAsyncDisposable
    {
        private readonly TrackingStore _store;
        private readonly NpgsqlConnection _connection;

        private TableLock(TrackingStore store, NpgsqlConnection connection)
        {
            _store = store;
            _connection = connection;
        }

        public static async Task<TableLock> TakeAsync(TrackingStore store, string table)
        {
            var taken = new TableLock(store, await store.DataSource.OpenConnectionAsync());
            await using var command = new NpgsqlCommand(
                $"begin; lock table {table} in access exclusive mode",
                taken._connection
            );
            await command.ExecuteNonQueryAsync();
            return taken;
        }

        public Task WaitForWaitersAsync(int count) =>
            WaitFor.ConditionAsync(
                $"{count} transactions to wait for a lock",
                async () => await CountWaitersAsync() == count
            );

        public async Task<long> CountWaitersAsync()
        {
            await using var command = _store.DataSource.CreateCommand(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            );
            return (long)(await command.ExecuteScalarAsync())!;
        }

        public async ValueTask DisposeAsync()
        {
            await using (var command = new NpgsqlCommand("rollback", _connection))
            {
                await command.ExecuteNonQueryAsync();
            }

            await _connection.DisposeAsync();
        }
    }
}
