using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;

namespace Platform.Cli.Contexts;

/// <summary>Lists, chooses and removes contexts; none of them asks a platform.</summary>
internal static class ContextCommands
{
    public static Command Create() =>
        new Command("contexts", "The platforms that you signed in to.") { List(), Use(), Remove() }.Does(PrintAsync);

    private static Command List() =>
        new Command("list", "List the platforms that you signed in to; * marks the one in use.").Does(PrintAsync);

    private static Task<int> PrintAsync(CommandContext context)
    {
        var contexts = context.Contexts.Read();
        if (context.Json)
        {
            return Task.FromResult(context.PrintJson(AsJson(contexts)));
        }

        context.PrintTable(
            ["", "name", "server", new Column("token", Drop: 1)],
            contexts.Contexts.Select(one =>
                (IReadOnlyList<string>)
                    [
                        string.Equals(one.Name, contexts.CurrentContext, StringComparison.Ordinal) ? "*" : "",
                        one.Name,
                        one.Address,
                        one.Token is null ? "no" : "yes",
                    ]
            ),
            "There are no contexts; './platform login URL' makes one."
        );
        return Task.FromResult(0);
    }

    private static Command Use()
    {
        var name = Name();
        return new Command("use", "Use a context from now on.") { name }.Does(context =>
        {
            var contexts = context.Contexts.Read();
            var used = contexts.Get(context.Value(name));
            context.Contexts.Write(contexts with { CurrentContext = used.Name });
            return Task.FromResult(
                context.PrintDone(
                    $"Commands now use the context '{used.Name}' ({used.Address}).",
                    new JsonObject { ["current"] = used.Name, ["server"] = used.Address }
                )
            );
        });
    }

    private static Command Remove()
    {
        var name = Name();
        return new Command("remove", "Forget a context with its token, which stays valid.") { name }.Does(context =>
        {
            var contexts = context.Contexts.Read();
            var removed = contexts.Get(context.Value(name));
            context.Contexts.Write(contexts.Without(removed.Name));
            return Task.FromResult(
                context.PrintDone(
                    $"The context '{removed.Name}' is removed.",
                    new JsonObject { ["removed"] = removed.Name }
                )
            );
        });
    }

    private static Argument<string> Name() =>
        new("name") { Description = "The context's name, as 'contexts list' shows it." };

    private static JsonObject AsJson(StoredContexts contexts) =>
        new()
        {
            ["current"] = contexts.CurrentContext,
            ["items"] = new JsonArray([
                .. contexts.Contexts.Select(one => new JsonObject
                {
                    ["name"] = one.Name,
                    ["server"] = one.Address,
                    ["hasToken"] = one.Token is not null,
                }),
            ]),
        };
}
