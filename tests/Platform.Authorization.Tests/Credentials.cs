using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Platform.Gateway;
using Platform.Gateway.Tokens;
using Platform.ServiceDefaults;

namespace Platform.Authorization.Tests;

/// <summary>What everybody in the table signs in with, and what nobody can.</summary>
internal sealed class Credentials
{
    private readonly Dictionary<Asker, string> _tokens = [];
    private readonly Dictionary<Asker, Caller> _callers = [];

    /// <summary>Every credential that has passed through the platform.</summary>
    public IEnumerable<string> Secrets => _tokens.Values.Concat(Invalid.Values.OfType<string>());

    /// <summary>A credential from outside, as the gateway takes it.</summary>
    public string TokenOf(Asker asker) =>
        asker is Asker.Service ? SignedIn.As(Caller.Service("other")).Parameter! : _tokens[asker];

    /// <summary>A credential as services take it.</summary>
    public string InternalTokenOf(Asker asker) =>
        SignedIn.As(asker is Asker.Service ? Caller.Service("other") : _callers[asker]).Parameter!;

    /// <summary>Credentials that nothing takes, by what is wrong with them.</summary>
    public IReadOnlyDictionary<string, string?> Invalid { get; private set; } =
        new Dictionary<string, string?>(StringComparer.Ordinal);

    public async Task SignInUsersAsync(GatewayTokens tokens, World world)
    {
        foreach (var role in new[] { UserRole.Viewer, UserRole.Editor, UserRole.Administrator })
        {
            var name = $"{role}";
            var asker = Enum.Parse<Asker>(name);
            await ChangeAsync("add", name, "--role", name.ToLowerInvariant());
            _tokens[asker] = (await CreateAsync(name)).Token;
            _callers[asker] = Caller.User(name, role);
        }

        var revoked = await CreateAsync("revoked");
        await tokens.RevokeAsync(revoked.Id, "test");
        var ended = await CreateAsync("ended", TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(1));
        await ChangeAsync("add", "disabled", "--role", "administrator");
        var disabled = await CreateAsync("disabled");
        await ChangeAsync("disable", "disabled");
        var other = new SigningKeys(
            Options.Create(new TokenOptions { TokenKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) })
        );
        var past = new FakeClock(TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(10));
        var keys = new SigningKeys(Options.Create(new TokenOptions { TokenKey = SignedIn.TokenKey }));
        var minute = TimeSpan.FromMinutes(1);
        var jobToken = SignedIn.Machines.ForJob(world.Unknown, 1, 0, minute);
        Invalid = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["none"] = null,
            ["revoked"] = revoked.Token,
            ["ended"] = ended.Token,
            ["of a disabled user"] = disabled.Token,
            ["node token of another key"] = new ScopedTokens(other, TimeProvider.System).ForNode(
                world.LeaseNode,
                minute
            ),
            ["expired node token"] = SignedIn.Machines.ForNode(world.LeaseNode, -minute),
            ["job token that says it is a node's"] = $"pn{jobToken[2..]}",
            ["truncated job token"] = jobToken[..^4],
            ["service token of another key"] = new InternalTokens(other, TimeProvider.System).Create(
                Caller.Service("x")
            ),
            ["expired service token"] = new InternalTokens(keys, past).Create(Caller.Service("x")),
            ["unsigned service token"] = Unsigned(),
            ["another scheme"] = "Basic YWRtaW46YWRtaW4=",
        };

        Task<NewToken> CreateAsync(string user, DateTimeOffset? expiresAt = null) =>
            tokens.CreateAsync(new WantedToken(user, "administrator", ExpiresAt: expiresAt), "test");

        async Task ChangeAsync(params string[] words) =>
            Assert.Equal(
                0,
                await DatabaseCommand.RunAsync(
                    ["users", .. words],
                    world.ConnectionString,
                    TextWriter.Null,
                    TextWriter.Null
                )
            );
    }

    public void SignInMachines(World world)
    {
        var hour = TimeSpan.FromHours(1);
        Set(Asker.LeaseNode, SignedIn.Machines.ForNode(world.LeaseNode, hour), Caller.Node(world.LeaseNode));
        Set(Asker.OtherNode, SignedIn.Machines.ForNode(world.OtherNode, hour), Caller.Node(world.OtherNode));
        Set(
            Asker.OwnJob,
            SignedIn.Machines.ForJob(world.Job, World.Attempt, 0, hour),
            Caller.Job(world.Job, World.Attempt)
        );
        Set(Asker.EarlierAttempt, SignedIn.Machines.ForJob(world.Job, 1, 0, hour), Caller.Job(world.Job, 1));
        Set(Asker.OtherJob, SignedIn.Machines.ForJob(world.OtherJob, 1, 0, hour), Caller.Job(world.OtherJob, 1));

        void Set(Asker asker, string token, Caller caller) => (_tokens[asker], _callers[asker]) = (token, caller);
    }

    /// <summary>A token of the right form with <c>alg: none</c>.</summary>
    private static string Unsigned()
    {
        var signed = new JsonWebToken(SignedIn.As(SignedIn.Administrator).Parameter);
        var header = Convert.ToBase64String("""{"alg":"none","typ":"JWT"}"""u8).TrimEnd('=');
        return $"{header}.{signed.EncodedPayload}.";
    }
}
