using System.CommandLine;

namespace Platform.Cli.Jobs;

internal static class JobArgument
{
    /// <summary>A job's id.</summary>
    public static Argument<Guid> Create() => new("job") { Description = "The job's id." };
}
