using System.CommandLine;
using System.Net;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

/// <summary>A run, given by id, by a part of the id or by name.</summary>
internal static class RunArgument
{
    public static Argument<string> Create() =>
        new("run") { Description = "The run: its id, the beginning or end of it, or its name." };

    /// <summary>Its address. Ids that scripts chose may look like anything, so that the text is first tried as one.</summary>
    /// <exception cref="CliException">There is no such run, or there are several.</exception>
    public static async Task<string> FindAsync(CommandContext context, string run) =>
        PathOf(await FindIdAsync(context, run, deleted: false));

    /// <summary>Its id.</summary>
    /// <param name="deleted">True to look in the recycle bin instead.</param>
    /// <exception cref="CliException">There is no such run, or there are several.</exception>
    public static async Task<string> FindIdAsync(CommandContext context, string run, bool deleted)
    {
        if (Guid.TryParse(run, out _))
        {
            return run;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, PathOf(run));
        using var response = await context.Client.TrySendAsync(request, context.Cancelled);
        return response.StatusCode is not HttpStatusCode.NotFound
            ? run
            : (await References.FindAsync(context, "run", "/api/runs", run, deleted)).Field("id");
    }

    private static string PathOf(string id) => $"/api/runs/{PathSegment.Of(id)}";
}
