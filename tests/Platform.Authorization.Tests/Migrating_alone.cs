using Npgsql;
using Platform.Contracts.Services;
using Platform.Gateway;
using Platform.Hosting;
using Platform.ServiceDefaults;

namespace Platform.Authorization.Tests;

/// <summary><c>migrate</c>, which brings a service's schema up to date before the service starts.</summary>
[Trait("suite", "integration")]
public sealed class Migrating_alone : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    public static TheoryData<string> Schemas => [.. ServiceCatalog.Schemas];

    [Theory]
    [MemberData(nameof(Schemas))]
    public async Task makes_the_schema_and_ends_with_no_other_setting_than_the_database(string schema)
    {
        Assert.Equal((0, ""), await MigrateAsync(schema));
        Assert.Equal((0, ""), await MigrateAsync(schema));

        Assert.Equal(
            [schema],
            await ReadAsync("select nspname::text from pg_namespace where nspname !~ '^(pg_|info|public)'")
        );
        Assert.NotEmpty(await ReadAsync($"select name::text from {schema}.migration"));
    }

    [Fact]
    public async Task refuses_what_a_newer_release_changed_in_one_line()
    {
        await MigrateAsync("nodes");
        await ReadAsync("insert into nodes.migration (name) values ('999_of_tomorrow') returning name::text");

        var (exitCode, errors) = await MigrateAsync("nodes");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("platform: The schema 'nodes' belongs to a newer release", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task<(int ExitCode, string Errors)> MigrateAsync(string schema)
    {
        string[] args = ["migrate", $"--ConnectionStrings:Platform={_database.ConnectionString}"];
        Assert.True(MigrateCommand.Matches(args));
        var builder = PlatformService.CreateBuilder(args, schema);
        if (schema is ServiceCatalog.Gateway)
        {
            builder.AddGateway();
        }
        else
        {
            ServiceModules.Of(ServiceCatalog.All.Single(service => service.Name == schema)).Add(builder);
        }

        using var errors = new StringWriter();
        return (await MigrateCommand.RunAsync(builder, errors), errors.ToString());
    }

    private async Task<List<string>> ReadAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}
