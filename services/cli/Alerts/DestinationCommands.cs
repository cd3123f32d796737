using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Alerts;

/// <summary>Who is told of alerts.</summary>
internal static class DestinationCommands
{
    private const string Path = "/api/alerts/destinations";

    public static Task<Guid> FindIdAsync(CommandContext context, string text) =>
        AlertReference.FindIdAsync(context, "destination", Path, text);

    public static Command List() =>
        new Command("list", "List who can be told of alerts, by name.").Does(async context =>
        {
            var page = await context.Client.GetAsync($"{Path}?limit=200", context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(page);
            }

            context.PrintTable(
                [Column.Id(), "name", new Column("kind", Drop: 1), new Column("active", Drop: 2), "to"],
                page.Items()
                    .Select(one =>
                        (IReadOnlyList<string>)
                            [one.Field("id"), one.Field("name"), one.Field("kind"), one.Field("active"), To(one)]
                    ),
                "No destinations."
            );
            return 0;
        });

    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "What it is called." };
        var webhook = new Option<string?>("--webhook") { Description = "The address that alerts are sent to." };
        var mail = new Option<string[]?>("--mail") { Description = "A mail address; several times for several." };
        webhook.RefuseEmpty();
        var command = new Command(
            "create",
            "Add a webhook or mail addresses; the secret of a webhook is shown only once."
        )
        {
            name,
            webhook,
            mail,
        };
        command.RefuseTogether(webhook, mail);
        command.Validators.Add(result =>
        {
            if (result.GetResult(webhook) is null && result.GetResult(mail) is null)
            {
                result.AddError("Say where to: --webhook or --mail.");
            }
        });
        return command
            .Does(async context =>
            {
                using var body = JsonContent.Create(
                    context.Value(webhook) is { } url
                        ? (object)
                            new
                            {
                                name = context.Value(name),
                                kind = "webhook",
                                url,
                            }
                        : new
                        {
                            name = context.Value(name),
                            kind = "mail",
                            recipients = context.Value(mail),
                        }
                );
                var added = await context.Client.PostAsync(Path, body, context.Cancelled);
                return await PrintSecretAsync(context, added, $"Destination {added.Field("id")} is added");
            })
            .WithExamples(
                "alerts destinations create team --webhook https://example.org/hooks/alerts",
                "alerts destinations create anna --mail anna@example.org"
            );
    }

    public static Command Rotate()
    {
        var destination = Argument();
        return new Command("rotate", "Give a webhook another secret, which is shown only once.") { destination }.Does(
            async context =>
            {
                var id = await FindIdAsync(context, context.Value(destination));
                var rotated = await context.Client.PostAsync($"{Path}/{id}/rotate", null, context.Cancelled);
                return await PrintSecretAsync(context, rotated, $"Destination {id} has another secret");
            }
        );
    }

    public static Command Test()
    {
        var destination = Argument();
        return new Command("test", "Send a test; 1 when it is not delivered.") { destination }.Does(async context =>
        {
            var id = await FindIdAsync(context, context.Value(destination));
            var result = await context.Client.PostAsync($"{Path}/{id}/test", null, context.Cancelled);
            var isDelivered = result["delivered"]!.GetValue<bool>();
            if (context.Json)
            {
                context.PrintJson(result);
            }
            else
            {
                await context.Out.WriteLineAsync(
                    isDelivered ? "Delivered." : $"Not delivered: {result.Field("error")}"
                );
            }

            return isDelivered ? 0 : 1;
        });
    }

    public static Command Delete()
    {
        var destination = Argument();
        return new Command("delete", "Delete a destination that no rule names.") { destination }.Does(async context =>
        {
            var id = await FindIdAsync(context, context.Value(destination));
            using var request = new HttpRequestMessage(HttpMethod.Delete, $"{Path}/{id}");
            (await context.Client.SendAsync(request, context.Cancelled)).Dispose();
            return context.PrintDone(
                $"Destination {id} is deleted.",
                new JsonObject { ["id"] = $"{id}", ["deleted"] = true }
            );
        });
    }

    private static async Task<int> PrintSecretAsync(CommandContext context, JsonNode destination, string done)
    {
        if (context.Json)
        {
            return context.PrintJson(destination);
        }

        if (destination["secret"].Text() is not { } secret)
        {
            await context.Out.WriteLineAsync($"{done}.");
            return 0;
        }

        await context.Error.WriteLineAsync($"{done}; what its receiver verifies signatures with is shown only now:");
        await context.Out.WriteLineAsync(secret);
        return 0;
    }

    private static string To(JsonNode destination) =>
        destination["url"].Text()
        ?? string.Join(", ", destination["recipients"]?.AsArray().Select(one => one.Text()) ?? []);

    private static Argument<string> Argument() =>
        AlertReference.Argument("destination", "The destination: its id, the beginning or end of it, or its name.");
}
