using System.CommandLine;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

/// <summary>A job, given by id, by a part of the id or by name.</summary>
internal static class JobArgument
{
    private const string Job = "job";
    private const string Path = "/api/jobs";

    public static Argument<string> Create() =>
        new("job") { Description = "The job: its id, the beginning or end of it, or its name." };

    /// <summary>Finds the id.</summary>
    /// <param name="deleted">True to look in the recycle bin instead.</param>
    /// <exception cref="CliException">There is no such job, or there are several.</exception>
    public static async Task<Guid> FindAsync(CommandContext context, string job, bool deleted = false) =>
        Guid.TryParse(job, out var id)
            ? id
            : Guid.Parse((await References.FindAsync(context, Job, Path, job, deleted)).Field("id"));

    /// <summary>Finds the id to read about it, also in the recycle bin.</summary>
    /// <exception cref="CliException">There is no such job, or there are several.</exception>
    public static async Task<Guid> FindAnywhereAsync(CommandContext context, string job) =>
        Guid.TryParse(job, out var id)
            ? id
            : Guid.Parse((await References.FindAnywhereAsync(context, Job, Path, job)).Field("id"));
}
