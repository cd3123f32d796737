using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Server;
using Platform.Contracts;

namespace Platform.Cli.Runs;

internal static class TagRun
{
    public static Command Create()
    {
        var run = RunArgument.Create();
        var tags = new Argument<string[]>("tag")
        {
            Description = "Tags as key=value; key= sets an empty one.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var remove = new Option<string[]>("--remove")
        {
            Description = "The key of a tag to remove; may be repeated.",
            HelpName = "KEY",
        };
        return new Command("tag", "Set and remove tags of a run.") { run, tags, remove }
            .WithExamples("runs tag digits owner=anna stage=final", "runs tag digits --remove stage")
            .Does(async context =>
            {
                var changes = Read(context.Value(tags), context.Value(remove) ?? []);
                using var request = new HttpRequestMessage(
                    HttpMethod.Patch,
                    await RunArgument.FindAsync(context, context.Value(run))
                )
                {
                    Content = JsonContent.Create(new { tags = changes }, options: JsonDefaults.Lenient),
                };
                var changed = await context.Client.SendJsonAsync(request, context.Cancelled);
                var all = (changed["tags"] as JsonObject ?? []).Select(tag => $"{tag.Key}={tag.Value.Text()}").ToList();
                return context.Json
                    ? context.PrintJson(changed)
                    : context.PrintDone(
                        $"run {changed.Field("id")} {(all.Count == 0 ? "has no tags" : $"has the tags {string.Join(", ", all)}")}",
                        []
                    );
            });
    }

    /// <exception cref="UsageException">One is no tag, or there is none.</exception>
    private static Dictionary<string, string?> Read(string[] tags, string[] removed)
    {
        var changes = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            var divider = tag.IndexOf('=', StringComparison.Ordinal);
            if (divider < 1)
            {
                throw new UsageException($"'{tag}' is no tag; write it as key=value.");
            }

            changes[tag[..divider]] = tag[(divider + 1)..];
        }

        foreach (var key in removed)
        {
            changes[key] = null;
        }

        return changes.Count > 0 ? changes : throw new UsageException("Name a tag to set, or one to --remove.");
    }
}
