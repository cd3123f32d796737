using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace Platform.ServiceDefaults;

/// <summary>
/// Who may use an endpoint, by kind and role: each endpoint names one of these where it is mapped, or says that it is
/// <see cref="Public"/>. Whether a node or job may touch the thing that a request names is decided by the service that knows
/// the thing, after this.
/// </summary>
public static class Policies
{
    /// <summary>Whoever has a valid credential; for the gateway, whose services decide the rest.</summary>
    public const string SignedIn = "signed-in";

    /// <summary>Lists and things that no machine needs: any user.</summary>
    public const string Read = "read";

    /// <summary>Changes that no machine makes: editors.</summary>
    public const string Edit = "edit";

    /// <summary>Users, projects, join tokens, removal of nodes: administrators.</summary>
    public const string Administer = "administer";

    /// <summary>What users do for themselves, such as making tokens: any user, and nobody else.</summary>
    public const string ActForOneself = "act-for-oneself";

    /// <summary>What agents report: nodes, administrators.</summary>
    public const string Report = "report";

    /// <summary>What an agent has to do, with the token of its training: nodes and nobody else.</summary>
    public const string Work = "work";

    /// <summary>One job: any user, the job itself.</summary>
    public const string ReadJob = "read-job";

    /// <summary>To stop a job: editors, the job itself.</summary>
    public const string StopJob = "stop-job";

    /// <summary>One artifact: any user, nodes and jobs.</summary>
    public const string ReadArtifact = "read-artifact";

    /// <summary>New bytes and versions: editors, nodes and jobs.</summary>
    public const string StoreArtifact = "store-artifact";

    /// <summary>A new version that a job made: editors, nodes, the job itself.</summary>
    public const string StoreJobArtifact = "store-job-artifact";

    /// <summary>To point an alias at a version: editors and jobs.</summary>
    public const string PointAlias = "point-alias";

    /// <summary>One run: any user and jobs.</summary>
    public const string ReadRun = "read-run";

    /// <summary>A run that is not there yet, under an id of the platform's: editors and jobs.</summary>
    public const string CreateRun = "create-run";

    /// <summary>What a training tells of its run: editors, nodes and jobs.</summary>
    public const string TrackRun = "track-run";

    private static readonly Dictionary<string, CallerRequirement> _requirements = new(StringComparer.Ordinal)
    {
        [Read] = new(UserRole.Viewer),
        [Edit] = new(UserRole.Editor),
        [Administer] = new(UserRole.Administrator),
        [ActForOneself] = new(UserRole.Viewer, Services: false),
        [Report] = new(UserRole.Administrator, Nodes: true),
        [Work] = new(Users: null, Nodes: true),
        [ReadJob] = new(UserRole.Viewer, Jobs: JobAccess.Itself),
        [StopJob] = new(UserRole.Editor, Jobs: JobAccess.Itself),
        [ReadArtifact] = new(UserRole.Viewer, Nodes: true, JobAccess.Any),
        [StoreArtifact] = new(UserRole.Editor, Nodes: true, JobAccess.Any),
        [StoreJobArtifact] = new(UserRole.Editor, Nodes: true, JobAccess.Itself),
        [PointAlias] = new(UserRole.Editor, Jobs: JobAccess.Any),
        [ReadRun] = new(UserRole.Viewer, Jobs: JobAccess.Any),
        [CreateRun] = new(UserRole.Editor, Jobs: JobAccess.Any),
        [TrackRun] = new(UserRole.Editor, Nodes: true, JobAccess.Any),
    };

    /// <summary>For everybody, also without a credential: health, documentation, the web app's files, joining.</summary>
    public static TBuilder Public<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.AllowAnonymous();

    internal static void AddTo(AuthorizationOptions options)
    {
        var signedIn = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
        options.AddPolicy(SignedIn, signedIn);
        // An endpoint that names no policy, and an address that no endpoint has.
        options.FallbackPolicy = signedIn;
        options.DefaultPolicy = signedIn;
        foreach (var (name, requirement) in _requirements)
        {
            options.AddPolicy(name, policy => policy.AddRequirements(requirement));
        }
    }
}
