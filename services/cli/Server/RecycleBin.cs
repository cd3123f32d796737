using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Contracts;

namespace Platform.Cli.Server;

/// <summary>The commands <c>delete</c>, <c>restore</c> and <c>purge</c> of things that have a recycle bin.</summary>
/// <param name="Thing">In the singular.</param>
/// <param name="Argument">How one is named, as the description of the argument.</param>
/// <param name="DeletedArgument">How one in the recycle bin is named.</param>
/// <param name="Path">Below it are <c>delete</c> and <c>purge</c> for several.</param>
/// <param name="FindAsync">The id of what a text names, among those that are deleted or those that are not.</param>
/// <param name="RestorePath">Where one is restored, by its id.</param>
internal sealed record RecycleBin(
    string Thing,
    string Argument,
    string DeletedArgument,
    string Path,
    Func<CommandContext, string, bool, Task<string>> FindAsync,
    Func<string, string> RestorePath
)
{
    /// <summary>As many are named in one request.</summary>
    private const int MaxIds = 200;

    /// <summary>As many of the files that go are named; the largest come first.</summary>
    private const int MaxBlobs = 20;

    public Command Delete()
    {
        var things = Things(Argument);
        var reason = new Option<string?>("--reason")
        {
            Description = "Why, for whoever finds them in the recycle bin.",
        };
        reason.RefuseEmpty();
        return new Command("delete", $"Move {Thing}s into the recycle bin, where they can be restored.")
        {
            things,
            reason,
        }.Does(async context =>
            await SendAsync(
                context,
                await FindAllAsync(context.Value(things), text => FindAlsoDoneAsync(context, text, deleted: false)),
                "delete",
                ids => new { ids, reason = context.Value(reason) },
                "deleted"
            )
        );
    }

    public Command Purge()
    {
        var things = Things(DeletedArgument);
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be deleted." };
        return new Command("purge", $"Delete {Thing}s of the recycle bin permanently; their history stays.")
        {
            things,
            dryRun,
        }.Does(async context =>
            await SendAsync(
                context,
                await FindAllAsync(context.Value(things), text => FindAsync(context, text, true)),
                "purge",
                ids => new { ids, dryRun = context.Value(dryRun) },
                context.Value(dryRun) ? "would be deleted permanently" : "deleted permanently"
            )
        );
    }

    public Command Restore()
    {
        var things = Things(DeletedArgument);
        return new Command("restore", $"Take {Thing}s out of the recycle bin.") { things }.Does(async context =>
        {
            var items = new JsonArray();
            var exitCode = 0;
            var found = await FindAllAsync(
                context.Value(things),
                text => FindAlsoDoneAsync(context, text, deleted: true)
            );
            foreach (var id in found)
            {
                var item = new JsonObject { ["id"] = id, ["done"] = true };
                try
                {
                    await context.Client.PostAsync(RestorePath(id), content: null, context.Cancelled);
                }
                catch (CliException refused) when (refused is not PlatformUnavailableException)
                {
                    item["done"] = false;
                    item["problem"] = new JsonObject { ["detail"] = refused.Message };
                    exitCode = 1;
                }

                items.Add(item);
            }

            return Print(context, new JsonObject { ["items"] = items }, "restored") | exitCode;
        });
    }

    private Argument<string[]> Things(string description) =>
        new(Thing) { Description = description, Arity = ArgumentArity.OneOrMore };

    /// <summary>All are found before anything is changed.</summary>
    private static async Task<IReadOnlyList<string>> FindAllAsync(string[] texts, Func<string, Task<string>> find)
    {
        var ids = new List<string>();
        foreach (var text in texts)
        {
            ids.Add(await find(text));
        }

        return [.. ids.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Finds one also where it is when the command was run before: what is repeated succeeds, however one is named.</summary>
    private async Task<string> FindAlsoDoneAsync(CommandContext context, string text, bool deleted)
    {
        try
        {
            return await FindAsync(context, text, deleted);
        }
        catch (NotFoundException notFound)
        {
            try
            {
                return await FindAsync(context, text, !deleted);
            }
            catch (CliException) when (!context.Cancelled.IsCancellationRequested)
            {
                throw notFound;
            }
        }
    }

    private async Task<int> SendAsync(
        CommandContext context,
        IReadOnlyList<string> ids,
        string action,
        Func<IReadOnlyList<string>, object> body,
        string done
    )
    {
        var all = new JsonObject { ["items"] = new JsonArray() };
        try
        {
            foreach (var some in ids.Chunk(MaxIds))
            {
                using var content = JsonContent.Create(body(some), options: JsonDefaults.Lenient);
                Add(all, await context.Client.PostAsync($"{Path}/{action}", content, context.Cancelled));
            }
        }
        catch when (all.Items().Any())
        {
            // What was done before the failure is told all the same.
            Print(context, all, done);
            throw;
        }

        return Print(context, all, done);
    }

    /// <summary>Adds an answer about some to what is known about those before.</summary>
    private static void Add(JsonObject all, JsonNode answer)
    {
        foreach (var item in answer.Items())
        {
            all["items"]!.AsArray().Add(item.DeepClone());
        }

        if (answer["content"] is not JsonObject content)
        {
            return;
        }

        var sum = all["content"] as JsonObject ?? [];
        all["content"] = new JsonObject(
            content.Select(part => KeyValuePair.Create(part.Key, (JsonNode?)Sum(sum[part.Key], part.Value!)))
        );
    }

    /// <summary>Adds numbers, and puts lists one after the other.</summary>
    private static JsonNode Sum(JsonNode? before, JsonNode more) =>
        more is JsonArray list
            ? new JsonArray([.. (before?.AsArray() ?? []).Concat(list).Select(item => item?.DeepClone())])
            : JsonValue.Create((before?.GetValue<long>() ?? 0) + more.GetValue<long>());

    /// <summary>A line for each; 1 when one was refused.</summary>
    private int Print(CommandContext context, JsonNode answer, string done)
    {
        var items = answer.Items();
        if (context.Json)
        {
            context.PrintJson(answer);
        }
        else
        {
            foreach (var item in items)
            {
                context.Out.WriteLine(
                    IsDone(item)
                        ? $"{Thing} {item.Field("id")} {done}{Content(item["content"])}"
                        : $"{Thing} {item.Field("id")} stays: {item["problem"]!.Field("detail")}"
                );
            }

            if (answer["content"] is { } all)
            {
                context.Out.WriteLine(
                    $"{Count.Of(Number(all, "orphanedBlobs"), "file")} ({all.Bytes("orphanedBytes")}) that nothing else has, {all.Field("sharedBlobs")} ({all.Bytes("sharedBytes")}) that others have too"
                );
                PrintOrphaned(context, all);
            }
        }

        return items.All(IsDone) ? 0 : 1;
    }

    private static void PrintOrphaned(CommandContext context, JsonNode content)
    {
        var orphaned = content.Items("orphaned").ToList();
        foreach (var blob in orphaned.Take(MaxBlobs))
        {
            context.Out.WriteLine($"  {blob.Field("sha256")}  {blob.Bytes("size")}");
        }

        if (orphaned.Count > MaxBlobs)
        {
            context.Out.WriteLine($"  … and more; --json lists the largest {orphaned.Count}");
        }
    }

    private static long Number(JsonNode node, string name) => node[name]?.GetValue<long>() ?? 0;

    private static bool IsDone(JsonNode item) => item["done"]?.GetValue<bool>() is true;

    private static string Content(JsonNode? content) =>
        content switch
        {
            null => "",
            { } job when job["logBytes"] is not null =>
                $", with {Count.Of(Number(job, "files"), "file")} and a log of {job.Bytes("logBytes")}",
            { } run =>
                $", with {Count.Of(Number(run, "points"), "point")} of {Count.Of(Number(run, "metrics"), "metric")}",
        };
}
