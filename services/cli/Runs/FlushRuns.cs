using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Sdk;

namespace Platform.Cli.Runs;

/// <summary>Sends the unsent records of scripts on this machine, whichever SDK wrote them.</summary>
internal static class FlushRuns
{
    private static readonly TimeSpan _retryLimit = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var spool = new Option<string?>("--spool")
        {
            Description = "The spool folder (PLATFORM_SPOOL_DIR; ~/.local/share/platform/spool).",
            HelpName = "DIR",
        };
        return new Command(
            "flush",
            "Send what scripts on this machine logged while the platform was unavailable. Not needed for jobs."
        )
        {
            spool,
        }.Does(context => Task.FromResult(Send(context, context.Value(spool))));
    }

    private static int Send(CommandContext context, string? spool)
    {
        var folder = spool ?? new TrackedRunOptions().SpoolFolder;
        var results = UnsentSpools.RunsIn(folder).Select(run => (Run: run, Sent: Send(context, folder, run))).ToList();
        // What is there after it was sent belongs to a process that is at work.
        var inUse = UnsentSpools
            .RunsIn(folder)
            .Intersect(results.Where(result => result.Sent).Select(result => result.Run), StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);
        if (context.Json)
        {
            context.PrintJson(
                new JsonObject
                {
                    ["items"] = new JsonArray([
                        .. results.Select(result => new JsonObject
                        {
                            ["id"] = result.Run,
                            ["sent"] = result.Sent && !inUse.Contains(result.Run),
                            ["inUse"] = inUse.Contains(result.Run),
                        }),
                    ]),
                }
            );
        }
        else
        {
            foreach (var (run, sent) in results)
            {
                var outcome =
                    inUse.Contains(run) ? "in use by its process, which sends it itself"
                    : sent ? "sent"
                    : "not sent: the platform did not accept it";
                context.Out.WriteLine($"{run} {outcome}");
            }
        }

        return results.TrueForAll(result => result.Sent) ? 0 : 1;
    }

    private static bool Send(CommandContext context, string folder, string run) =>
        UnsentSpools.Send(
            new TrackedRunOptions
            {
                Server = context.Address,
                Token = context.TokenFor(context.Address),
                RunId = run,
                SpoolFolder = folder,
            },
            _retryLimit,
            context.Cancelled
        );
}
