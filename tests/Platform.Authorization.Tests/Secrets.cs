using Npgsql;
using Platform.Contracts.Services;

namespace Platform.Authorization.Tests;

/// <summary>Tokens, keys and values of environments: not in a reply to a viewer, a log, an event or a problem document.</summary>
[Collection("world")]
[Trait("suite", "integration")]
public sealed class Secrets(World world)
{
    [Fact]
    public async Task are_told_to_nobody_who_may_only_look_nor_kept_in_logs_and_events()
    {
        string[] secrets = [.. world.Credentials.Secrets, World.Secret, World.JoinToken, SignedIn.TokenKey];
        Assert.All(secrets, secret => Assert.True(secret.Length >= 12, secret));
        var told = new List<string>();
        foreach (var row in Table.Rows)
        {
            foreach (var address in new[] { world.Whole.Address, world.Gateway.Address })
            {
                await ListenAsync(row, address, world.Credentials.TokenOf(Asker.Viewer));
                foreach (var (_, token) in world.Credentials.Invalid)
                {
                    await ListenAsync(row, address, token);
                }
            }
        }

        Assert.Empty(told);
        Assert.Empty(secrets.Where(secret => world.Log.Any(line => line.Contains(secret, StringComparison.Ordinal))));
        var events = await EventsAsync();
        // What a job's process is to find in its environment is part of the job.
        Assert.Equal([World.Secret], secrets.Where(secret => events.Contains(secret, StringComparison.Ordinal)));
        // The nodes that need it get it.
        var (_, work) = await world.SendAsync(
            HttpMethod.Get,
            $"/api/jobs/{world.Job}/attempts/{World.Attempt}/work",
            Asker.LeaseNode
        );
        Assert.Contains(World.Secret, work, StringComparison.Ordinal);

        async Task ListenAsync(Row row, Uri address, string? token)
        {
            using var response = await world.SendAsync(row, address, token);
            if (response.Content.Headers.ContentType?.MediaType is "text/event-stream")
            {
                return;
            }

            var answer = $"{response.Headers}{await response.Content.ReadAsStringAsync()}";
            told.AddRange(
                secrets
                    .Where(secret => answer.Contains(secret, StringComparison.Ordinal))
                    .Select(secret => $"{row}: {secret}")
            );
        }
    }

    private async Task<string> EventsAsync()
    {
        await using var source = NpgsqlDataSource.Create(world.ConnectionString);
        var all = new List<string>();
        foreach (var schema in ServiceCatalog.Schemas)
        {
            await using var command = source.CreateCommand(
                $"select coalesce(string_agg(data::text || coalesce(headers::text, ''), ''), '') from {schema}.mt_events"
            );
            all.Add((string)(await command.ExecuteScalarAsync())!);
        }

        Assert.Contains("job_placed", await TypesAsync(source), StringComparison.Ordinal);
        return string.Concat(all);
    }

    private static async Task<string> TypesAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("select string_agg(type, ' ') from jobs.mt_events");
        return (string)(await command.ExecuteScalarAsync())!;
    }
}

/// <summary>One world for the tests that leave it as it is.</summary>
[CollectionDefinition("world")]
public sealed class WorldCollection : ICollectionFixture<World>;
