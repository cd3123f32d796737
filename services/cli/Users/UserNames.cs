using Platform.Cli.Platforms;
using Platform.Cli.Server;

namespace Platform.Cli.Users;

internal static class UserNames
{
    /// <summary>The names of all users.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(CommandContext context)
    {
        var users = context.UsesApi
            ? await context.Client.GetAsync("/api/users", context.Cancelled)
            : await LocalGateway.AskAsync(context, "users", "list");
        return [.. users.Items().Select(user => user.Field("name"))];
    }
}
