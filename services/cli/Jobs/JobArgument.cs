using System.CommandLine;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

/// <summary>A job, given by id, by a part of the id or by name.</summary>
internal static class JobArgument
{
    public static Argument<string> Create() =>
        new("job") { Description = "The job: its id, the beginning or end of it, or its name." };

    /// <summary>Finds the id.</summary>
    /// <param name="deleted">True to look in the recycle bin instead.</param>
    /// <exception cref="CliException">There is no such job, or there are several.</exception>
    public static async Task<Guid> FindAsync(CommandContext context, string job, bool deleted = false) =>
        Guid.TryParse(job, out var id)
            ? id
            : Guid.Parse((await References.FindAsync(context, "job", "/api/jobs", job, deleted)).Field("id"));
}
