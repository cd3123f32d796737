namespace Platform.Contracts.Services;

/// <summary>
/// The services of the platform, each named once. The gateway takes its routes from here, standalone its modules, a local
/// cluster its processes, and the command line the read models that it can rebuild. A new service is a folder with its module and
/// an entry here.
/// </summary>
public static class ServiceCatalog
{
    /// <summary>The gateway: it fronts the services, and stores users and tokens.</summary>
    public const string Gateway = "gateway";

    /// <summary>The services behind the gateway.</summary>
    public static IReadOnlyList<ServiceDescription> All { get; } =
    [
        new("jobs")
        {
            Routes =
            [
                new("/api/jobs/{**rest}"),
                new("/api/jobs/{id}/logs/{**rest}") { Follow = FollowMode.OnRequest },
                new("/api/logs/{**rest}"),
            ],
        },
        new("nodes")
        {
            Routes =
            [
                new("/api/nodes/{**rest}"),
                new("/api/nodes/join")
                {
                    Methods = ["POST"],
                    IsPublic = true,
                    LimitsTries = true,
                },
            ],
        },
        new("artifacts")
        {
            Routes =
            [
                new("/api/artifacts/{**rest}"),
                new("/api/artifacts/blobs/{**rest}") { HasLargeBodies = true },
                new("/api/artifacts/blobs/missing"),
                new("/api/jobs/{id}/artifacts/{**rest}") { HasLargeBodies = true },
                new("/api/runs/{id}/files/{**rest}") { HasLargeBodies = true },
                new("/api/runs/{id}/folder"),
                new("/api/runs/{id}/artifacts"),
                new("/api/runs/{id}/media/{**rest}"),
                new("/api/2.0/mlflow-artifacts/{**rest}") { HasLargeBodies = true },
                new("/ajax-api/2.0/mlflow-artifacts/{**rest}") { HasLargeBodies = true },
                new("/api/2.0/mlflow/artifacts/{**rest}"),
                new("/ajax-api/2.0/mlflow/artifacts/{**rest}"),
                new("/api/2.0/mlflow/logged-models/{id}/artifacts/{**rest}"),
                new("/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/{**rest}"),
                new("/api/2.0/mlflow/registered-models/{**rest}"),
                new("/ajax-api/2.0/mlflow/registered-models/{**rest}"),
                new("/api/2.0/mlflow/model-versions/{**rest}"),
                new("/ajax-api/2.0/mlflow/model-versions/{**rest}"),
            ],
        },
        new("tracking")
        {
            Routes =
            [
                new("/api/runs/{**rest}"),
                new("/api/paths"),
                new("/api/runs/import") { HasLargeBodies = true },
                new("/api/runs/{id}/metrics/live") { Follow = FollowMode.Always },
                new("/api/alerts/{**rest}"),
                new("/api/2.0/mlflow/{**rest}"),
                new("/ajax-api/2.0/mlflow/{**rest}"),
            ],
        },
    ];

    /// <summary>Names of all that have a schema in the database, with read models that can be rebuilt.</summary>
    public static IReadOnlyList<string> Schemas { get; } = [.. All.Select(service => service.Name), Gateway];

    /// <summary>The program of a service: <c>Platform.Jobs</c> for <c>jobs</c>.</summary>
    public static string ProjectOf(string service) => $"Platform.{TitleOf(service)}";

    /// <summary>A service's name at the beginning of a sentence, and its key in settings: <c>Jobs</c> for <c>jobs</c>.</summary>
    public static string TitleOf(string service)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        return char.ToUpperInvariant(service[0]) + service[1..];
    }
}
