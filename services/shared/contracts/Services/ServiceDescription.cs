namespace Platform.Contracts.Services;

/// <summary>One service behind the gateway.</summary>
/// <param name="Name">Its name in addresses, settings and logs, and its schema in the database.</param>
public sealed record ServiceDescription(string Name)
{
    /// <summary>The requests that it answers. Where two match, the more specific path wins.</summary>
    public required IReadOnlyList<ServiceRoute> Routes { get; init; }

    /// <summary>Its assembly and program.</summary>
    public string Project { get; init; } = ServiceCatalog.ProjectOf(Name);

    /// <summary>The setting of the gateway that holds its address, such as <c>Gateway:Jobs</c>.</summary>
    public string AddressSetting => $"Gateway:{ServiceCatalog.TitleOf(Name)}";
}

/// <summary>Requests that a service answers.</summary>
/// <param name="Path">A route pattern of ASP.NET Core, such as <c>/api/jobs/{**rest}</c>.</param>
public sealed record ServiceRoute(string Path)
{
    /// <summary>Null for all methods.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>Bodies are streamed and may have any length.</summary>
    public bool HasLargeBodies { get; init; }

    /// <summary>Whether an answer may be silent for long, because its reader follows something.</summary>
    public FollowMode Follow { get; init; }

    /// <summary>The request brings its credential in its body: the gateway asks for no other.</summary>
    public bool IsPublic { get; init; }

    /// <summary>Secrets could be guessed here: the gateway limits how often an address may try.</summary>
    public bool LimitsTries { get; init; }
}

/// <summary>When an answer lasts until its reader leaves.</summary>
public enum FollowMode
{
    Never,

    /// <summary>With <c>follow=true</c> in the query.</summary>
    OnRequest,
    Always,
}
