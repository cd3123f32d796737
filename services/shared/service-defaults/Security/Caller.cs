using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Platform.ServiceDefaults;

/// <summary>What sends a request.</summary>
public enum CallerKind
{
    /// <summary>Nobody said.</summary>
    Anonymous,

    /// <summary>A person, or somebody's script.</summary>
    User,

    /// <summary>A node's agent.</summary>
    Node,

    /// <summary>A training process.</summary>
    Job,

    /// <summary>Another service of the platform.</summary>
    Service,
}

/// <summary>What a user may do; each role may all that those before it may.</summary>
public enum UserRole
{
    /// <summary>Nothing: the caller is no user.</summary>
    None,

    /// <summary>Look.</summary>
    Viewer,

    /// <summary>Change jobs, runs and artifacts, drain nodes.</summary>
    Editor,

    /// <summary>Everything, also tokens and which nodes there are.</summary>
    Administrator,
}

/// <summary>Who sends a request, as authentication found out.</summary>
/// <param name="Subject">How events name it: <c>user:anna</c>, <c>node:…</c>, <c>job:…</c>, <c>service:jobs</c>, <c>local</c>.</param>
public sealed record Caller(CallerKind Kind, string Subject)
{
    /// <summary>In addresses and requests the caller's own name; no user has it.</summary>
    public const string Me = "me";

    private const string KindClaim = "kind";
    private const string RoleClaim = "role";
    private const string IdClaim = "id";
    private const string AttemptClaim = "attempt";
    private const string RankClaim = "rank";

    /// <summary>A user's role.</summary>
    public UserRole Role { get; init; }

    /// <summary>The node or job that it speaks for.</summary>
    public Guid Id { get; init; }

    /// <summary>A job's attempt.</summary>
    public int Attempt { get; init; }

    /// <summary>A job's process, from 0.</summary>
    public int Rank { get; init; }

    /// <summary>Nobody said.</summary>
    public static Caller Anonymous { get; } = new(CallerKind.Anonymous, "anonymous");

    /// <summary>Whoever the platform belongs to, on its own machine.</summary>
    public static Caller Local { get; } = new(CallerKind.User, "local") { Role = UserRole.Administrator };

    public static Caller User(string name, UserRole role) => new(CallerKind.User, $"user:{name}") { Role = role };

    public static Caller Node(Guid id) => new(CallerKind.Node, $"node:{id}") { Id = id };

    public static Caller Job(Guid id, int attempt, int rank = 0) =>
        new(CallerKind.Job, $"job:{id}")
        {
            Id = id,
            Attempt = attempt,
            Rank = rank,
        };

    public static Caller Service(string name) => new(CallerKind.Service, $"service:{name}");

    /// <summary>Who an authenticated principal is; <see cref="Anonymous"/> for one that is not.</summary>
    public static Caller Of(ClaimsPrincipal? principal) => (principal?.Identity as CallerIdentity)?.Caller ?? Anonymous;

    /// <summary>The caller as ASP.NET Core knows it.</summary>
    /// <param name="scheme">The authentication scheme that found out.</param>
    public ClaimsPrincipal ToPrincipal(string scheme) => new(new CallerIdentity(this, scheme));

    /// <summary>Reads the claims of a token that a service signed.</summary>
    /// <returns>Null when they name nobody.</returns>
    internal static Caller? Read(ClaimsPrincipal principal)
    {
        if (
            principal.FindFirst("sub")?.Value is not { Length: > 0 } subject
            || !Enum.TryParse<CallerKind>(principal.FindFirst(KindClaim)?.Value, out var kind)
            || kind is CallerKind.Anonymous
        )
        {
            return null;
        }

        return new Caller(kind, subject)
        {
            Role = Enum.TryParse<UserRole>(principal.FindFirst(RoleClaim)?.Value, out var role) ? role : UserRole.None,
            Id = Guid.TryParse(principal.FindFirst(IdClaim)?.Value, out var id) ? id : Guid.Empty,
            Attempt = Number(principal, AttemptClaim),
            Rank = Number(principal, RankClaim),
        };
    }

    /// <summary>What <see cref="Read"/> reads.</summary>
    internal Dictionary<string, object> ToClaims()
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["sub"] = Subject,
            [KindClaim] = Kind.ToString(),
        };
        if (Role is not UserRole.None)
        {
            claims[RoleClaim] = Role.ToString();
        }

        if (Id != Guid.Empty)
        {
            claims[IdClaim] = Id.ToString();
        }

        if (Kind is CallerKind.Job)
        {
            claims[AttemptClaim] = Attempt;
            claims[RankClaim] = Rank;
        }

        return claims;
    }

    private static int Number(ClaimsPrincipal principal, string claim) =>
        int.TryParse(principal.FindFirst(claim)?.Value, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private sealed class CallerIdentity(Caller caller, string scheme)
        : ClaimsIdentity(
            caller.ToClaims().Select(claim => new Claim(claim.Key, $"{claim.Value}")),
            scheme,
            nameType: "sub",
            roleType: RoleClaim
        )
    {
        public Caller Caller { get; } = caller;
    }
}

/// <summary>Who sends this request.</summary>
public static class CallerOfRequest
{
    public static Caller Caller(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ServiceDefaults.Caller.Of(context.User);
    }

    /// <summary>The attempt whose process calls; null for everybody else.</summary>
    public static int? JobAttempt(this HttpContext context) =>
        context.Caller() is { Kind: CallerKind.Job, Attempt: var attempt } ? attempt : null;
}
