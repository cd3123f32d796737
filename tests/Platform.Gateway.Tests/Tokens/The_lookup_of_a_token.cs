using Microsoft.Extensions.Time.Testing;
using Platform.EventStore;
using Platform.Gateway.Tokens;
using Platform.Gateway.Users;

namespace Platform.Gateway.Tests.Tokens;

/// <summary>Two processes on one database, each with what it remembers of tokens.</summary>
[Trait("suite", "integration")]
public sealed class The_lookup_of_a_token : IAsyncLifetime
{
    private static readonly TimeSpan _trust = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly AccessVersion _here = new();
    private readonly AccessVersion _elsewhere = new();
    private TestDatabase _database = null!;
    private GatewayStore _store = null!;
    private GatewayTokens _tokens = null!;
    private TokenLookup _lookup = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateMigratedAsync("gateway", builder => builder.AddGateway());
        var options = GatewayStore.CreateOptions();
        _store = new GatewayStore(options, EventStoreDataSource.Create(_database.ConnectionString, options));
        await _store.MigrateAsync();
        _tokens = new GatewayTokens(_store, _here, _clock);
        _lookup = new TokenLookup(_store, _here, _clock);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task ends_with_the_token()
    {
        var token = await CreateAsync("anna", _clock.GetUtcNow() + TimeSpan.FromSeconds(3));
        Assert.Equal("user:anna editor", await FindAsync(token));
        _clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        Assert.Equal("user:anna editor", await FindAsync(token));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Null(await FindAsync(token));
    }

    [Fact]
    public async Task trusts_what_it_found_for_5_seconds_when_the_change_is_made_elsewhere()
    {
        var token = await CreateAsync("anna");
        await ChangeAsync(_elsewhere, new AddUser("anna", RoleNames.Editor));
        Assert.Equal("user:anna editor", await FindAsync(token));
        await ChangeAsync(_elsewhere, new DisableUser());
        Assert.Equal("user:anna editor", await FindAsync(token));
        _clock.Advance(_trust);
        Assert.Null(await FindAsync(token));
    }

    [Fact]
    public async Task trusts_nothing_from_before_a_change_that_is_made_here()
    {
        var token = await CreateAsync("anna");
        await ChangeAsync(_here, new AddUser("anna", RoleNames.Editor));
        Assert.Equal("user:anna editor", await FindAsync(token));
        await ChangeAsync(_here, new ChangeUserRole(RoleNames.Viewer));
        Assert.Equal("user:anna viewer", await FindAsync(token));
        await ChangeAsync(_here, new DisableUser());
        Assert.Null(await FindAsync(token));
        await ChangeAsync(_here, new EnableUser());
        Assert.Equal("user:anna viewer", await FindAsync(token));
    }

    [Fact]
    public async Task is_the_same_after_a_rebuild()
    {
        var token = await CreateAsync("anna", _clock.GetUtcNow() + TimeSpan.FromDays(1));
        var revoked = await _tokens.CreateAsync(new WantedToken("anna", RoleNames.Editor), "test");
        await _tokens.RevokeAsync(revoked.Id, "test");
        await ChangeAsync(_here, new AddUser("anna", RoleNames.Editor));
        await ChangeAsync(_here, new ChangeUserRole(RoleNames.Viewer));
        var users = new UserDirectory(_store);
        var before = (await _tokens.ListAsync(userId: null), await users.ListAsync(CancellationToken.None));
        foreach (var projection in _store.Options.InlineProjections)
        {
            await _store.RebuildAsync(projection.Name);
        }

        var after = (await _tokens.ListAsync(userId: null), await users.ListAsync(CancellationToken.None));
        Assert.Equivalent(before, after, strict: true);
        _here.Raise();
        Assert.Equal("user:anna viewer", await FindAsync(token));
        Assert.Null(await FindAsync(revoked.Token));
    }

    private async Task<string> CreateAsync(string user, DateTimeOffset? expiresAt = null) =>
        (await _tokens.CreateAsync(new WantedToken(user, RoleNames.Editor, ExpiresAt: expiresAt), "test")).Token;

    private async Task ChangeAsync(AccessVersion process, UserCommand command) =>
        Assert.Null(
            await new UserChanges(_store, process, _clock).ApplyAsync(
                "anna",
                command,
                keepsAdministrator: true,
                LocalMetadata.Create("test")
            )
        );

    private async Task<string?> FindAsync(string token) =>
        await _lookup.FindAsync(token, CancellationToken.None) is { } caller
            ? $"{caller.Subject} {Roles.NameOf(caller.Role)}"
            : null;
}
