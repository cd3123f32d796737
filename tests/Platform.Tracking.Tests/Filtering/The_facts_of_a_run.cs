using System.Net;
using Npgsql;
using Platform.Tracking.Filtering;

namespace Platform.Tracking.Tests.Filtering;

[Trait("suite", "integration")]
public sealed class The_facts_of_a_run(TrackingHost host) : IClassFixture<TrackingHost>
{
    private const string Facts = """
        select n.run_id || ' ' || v.key || ' ' || v.is_text || ' ' || coalesce(v.number::text, '') || ' ' || v.text
        from run_value v join run_number n on n.number = v.run
        union all select n.run_id || ' ' || m.key || ' ' || m.value from run_metric m join run_number n on n.number = m.run
        order by 1
        """;

    /// <summary>What release 0.1.0 and those after it had, until the migration.</summary>
    private const string Before = """
        drop table run_value, run_metric, run_number;
        drop function run_takes_number, run_keeps_facts, run_keeps_metrics, run_loses_metrics cascade;
        drop function run_facts, run_number_in;
        drop index run_newest, run_by_group, run_by_alias, run_by_job;
        drop index run_started, run_ended, run_created, run_updated, run_name, run_project, run_sorted_by_project, run_status, run_sorted_by_status, run_deleted;
        alter table run drop column number;
        create index run_created on run (created_at, id);
        create index run_updated on run (updated_at, id);
        create index run_name on run (name, id);
        create index run_project on run (project collate "C", created_at, id);
        create index run_sorted_by_project on run (coalesce(project, ''), id);
        create index run_status on run (status, created_at, id);
        create index run_sorted_by_status on run (status, id);
        create index run_deleted on run (created_at, id) where is_deleted;
        """;

    [Fact]
    public async Task follow_what_it_logs()
    {
        var id = await RunAsync();
        await host.SendAsync(
            HttpMethod.Patch,
            $"/api/runs/{id}",
            new
            {
                parameters = new
                {
                    lr = (double?)null,
                    layers = 3,
                    deep = new { a = 1 },
                },
                tags = new { owner = "ben" },
            },
            HttpStatusCode.OK
        );
        await host.LogAsync(
            id,
            new
            {
                key = "loss",
                step = 2,
                value = 0.25,
            }
        );

        Assert.Equal(
            [
                "loss 0.25",
                "owner true  ben",
                "params.deep true  {\"a\": 1}",
                "params.layers false 3 3",
                "params.text true  1e",
                "team true  a",
            ],
            await NamedAsync(id)
        );
    }

    [Fact]
    public async Task are_the_same_after_a_rebuild_and_after_an_upgrade()
    {
        await RunAsync();
        await RunAsync();
        var before = await ReadAsync(Facts);
        Assert.NotEmpty(before);

        await host.Store.RebuildAsync("run:v1");
        Assert.Equal(before, await ReadAsync(Facts));

        await ExecuteAsync(Before);
        await ExecuteAsync(RunFacts.Migration.Sql);
        Assert.Equal(before, await ReadAsync(Facts));
        var id = await RunAsync();
        Assert.Equal(5, (await NamedAsync(id)).Count);
    }

    [Fact]
    public async Task are_gone_after_its_purge()
    {
        var id = await RunAsync();
        var number = Assert.Single(await ReadAsync($"select number::text from run where id = '{id}'"));
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", "{}", HttpStatusCode.OK);
        await host.SendAsync(HttpMethod.Delete, $"/api/runs/{id}", body: null, HttpStatusCode.OK);
        await host.SendAsync(HttpMethod.Post, "/api/runs/purge", new { ids = new[] { id } }, HttpStatusCode.OK);

        Assert.Empty(
            await ReadAsync(
                $"select 'value' from run_value where run = {number} union all select 'metric' from run_metric where run = {number} union all select run_id from run_number where number = {number}"
            )
        );
    }

    private async Task<string> RunAsync()
    {
        var run = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new
            {
                project = "facts",
                parameters = new { lr = 0.1, text = "1e" },
                tags = new { owner = "anna", team = "a" },
            },
            HttpStatusCode.Created
        );
        var id = run["id"]!.GetValue<string>();
        await host.LogAsync(
            id,
            new
            {
                key = "loss",
                step = 1,
                value = 0.5,
            }
        );
        return id;
    }

    /// <summary>The facts of a run under their keys; a parameter's begins with <c>params.</c>.</summary>
    private Task<IReadOnlyList<string>> NamedAsync(string id) =>
        ReadAsync(
            $"""
            with known(key, name) as (
              select hashtextextended(k, 1), 'params.' || k from unnest(array['lr', 'text', 'layers', 'deep', 'tiny']) k
              union all select hashtextextended(k, 3), k from unnest(array['owner', 'team']) k
              union all select hashtextextended('loss', 0), 'loss')
            select k.name || ' ' || v.is_text || ' ' || coalesce(v.number::text, '') || ' ' || v.text
            from run_value v join run r on r.number = v.run left join known k on k.key = v.key where r.id = '{id}'
            union all select k.name || ' ' || m.value from run_metric m join run r on r.number = m.run left join known k on k.key = m.key where r.id = '{id}'
            order by 1
            """
        );

    private async Task<IReadOnlyList<string>> ReadAsync(string sql)
    {
        var rows = new List<string>();
        await using var command = host.Store.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await host.Store.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }
}
