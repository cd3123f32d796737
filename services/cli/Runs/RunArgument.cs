using System.CommandLine;
using System.Net;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

/// <summary>A run, given by id, by a part of the id or by name.</summary>
internal static class RunArgument
{
    private const string Run = "run";
    private const string Path = "/api/runs";

    public static Argument<string> Create() =>
        new("run") { Description = "The run: its id, the beginning or end of it, or its name." };

    /// <summary>Its address to read it, also in the recycle bin. Ids that scripts chose may look like anything, so that the text is first tried as one.</summary>
    /// <exception cref="CliException">There is no such run, or there are several.</exception>
    public static async Task<string> FindAsync(CommandContext context, string run) =>
        PathOf(
            await IsIdAsync(context, run)
                ? run
                : (await References.FindAnywhereAsync(context, Run, Path, run)).Field("id")
        );

    /// <summary>Its id.</summary>
    /// <param name="deleted">True to look in the recycle bin instead.</param>
    /// <exception cref="CliException">There is no such run, or there are several.</exception>
    public static async Task<string> FindIdAsync(CommandContext context, string run, bool deleted) =>
        await IsIdAsync(context, run)
            ? run
            : (await References.FindAsync(context, Run, Path, run, deleted)).Field("id");

    private static async Task<bool> IsIdAsync(CommandContext context, string run)
    {
        if (Guid.TryParse(run, out _))
        {
            return true;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, PathOf(run));
        using var response = await context.Client.TrySendAsync(request, context.Cancelled);
        return response.StatusCode is not HttpStatusCode.NotFound;
    }

    private static string PathOf(string id) => $"{Path}/{PathSegment.Of(id)}";
}
