using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Projects;

/// <summary>Registered projects. Jobs may name others too.</summary>
internal static class ProjectCommands
{
    private const int MaxLimit = 2000;
    private const int MaxRetentionDays = 36_500;

    public static Command List()
    {
        var search = new Option<string?>("--search") { Description = "Only projects whose path has this text." };
        var paging = new PageOptions(MaxLimit, usual: 100);
        var (limit, cursor) = (paging.Limit, paging.Cursor);
        return new Command("list", "List the registered projects, by path.") { search, limit, cursor }.Does(
            async context =>
            {
                var page = await context.Client.GetAsync(
                    Query.Path(
                        "/api/projects",
                        ("search", context.Value(search)),
                        ("limit", context.Value(limit).ToString(CultureInfo.InvariantCulture)),
                        ("cursor", context.Value(cursor))
                    ),
                    context.Cancelled
                );
                if (context.Json)
                {
                    return context.PrintJson(page);
                }

                context.PrintTable(
                    [
                        "path",
                        new Column("retention", Drop: 2),
                        Column.Time("created", drop: 3),
                        new Column("description", Drop: 1),
                    ],
                    page.Items()
                        .Select(project =>
                            (IReadOnlyList<string>)
                                [
                                    project.Field("path"),
                                    Retention(project),
                                    project.Time("createdAt"),
                                    project.Field("description"),
                                ]
                        ),
                    "No projects are registered."
                );
                Query.PrintMore(context, page, offset: null);
                return 0;
            }
        );
    }

    public static Command Create()
    {
        var path = PathArgument();
        var description = new Option<string?>("--description") { Description = "What it is about." };
        var retention = RetentionOption();
        return new Command("create", "Register a project with its settings.") { path, description, retention }.Does(
            async context =>
            {
                using var body = JsonContent.Create(
                    new
                    {
                        path = context.Value(path),
                        description = context.Value(description),
                        retentionDays = context.Value(retention),
                    }
                );
                return Print(context, await context.Client.PostAsync("/api/projects", body, context.Cancelled));
            }
        );
    }

    public static Command Show()
    {
        var path = PathArgument();
        return new Command("show", "Show a registered project.") { path }.Does(async context =>
            Print(context, await context.Client.GetAsync(AddressOf(context.Value(path)), context.Cancelled))
        );
    }

    public static Command Update()
    {
        var path = PathArgument();
        var description = new Option<string?>("--description") { Description = "What it is about; '' for nothing." };
        var retention = RetentionOption();
        var keep = new Option<bool>("--no-retention") { Description = "Keep everything until somebody deletes it." };
        var command = new Command("update", "Change settings of a project; what is not named stays.")
        {
            path,
            description,
            retention,
            keep,
        };
        command.RefuseTogether(retention, keep);
        command.Validators.Add(result =>
        {
            if (
                result.GetResult(path) is { Tokens.Count: > 0 }
                && !new Option[] { description, retention, keep }.Any(one =>
                    result.GetResult(one) is { Implicit: false }
                )
            )
            {
                result.AddError("Name what is to change: --description, --retention-days or --no-retention.");
            }
        });
        return command.Does(async context =>
        {
            var address = AddressOf(context.Value(path));
            var project = await context.Client.GetAsync(address, context.Cancelled);
            var text = context.Value(description) ?? project["description"].Text();
            using var request = new HttpRequestMessage(HttpMethod.Put, address)
            {
                Content = JsonContent.Create(
                    new
                    {
                        description = text is "" ? null : text,
                        retentionDays = context.Value(keep)
                            ? null
                            : context.Value(retention) ?? project["retentionDays"]?.GetValue<int>(),
                    }
                ),
            };
            // What somebody else changed meanwhile is not taken back.
            request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{project["version"].Text()}\""));
            return Print(context, await context.Client.SendJsonAsync(request, context.Cancelled));
        });
    }

    private static int Print(CommandContext context, JsonNode project)
    {
        if (context.Json)
        {
            return context.PrintJson(project);
        }

        context.PrintFields(
            ("path", project.Field("path")),
            ("description", project.Field("description")),
            ("retention", Retention(project)),
            ("created", context.Time(project, "createdAt")),
            ("changed", context.Time(project, "changedAt"))
        );
        return 0;
    }

    private static string Retention(JsonNode project) =>
        project["retentionDays"].Text() is { } days ? $"{days} days" : "–";

    private static Option<int?> RetentionOption()
    {
        var option = new Option<int?>("--retention-days")
        {
            Description =
                "For how many days ended jobs, ended runs and versions made by jobs are kept before they go into the recycle bin.",
        };
        option.AcceptOnlyBetween(1, MaxRetentionDays, $"--retention-days must be between 1 and {MaxRetentionDays}.");
        return option;
    }

    private static string AddressOf(string path)
    {
        var parts = path.Split('/');
        return parts.Any(part => part is "" or "." or "..")
            ? throw new CliException($"'{path}' is no path of a project such as team/vision.")
            : $"/api/projects/{string.Join('/', parts.Select(PathSegment.Of))}";
    }

    private static Argument<string> PathArgument() =>
        new("path") { Description = "The project's path, such as team/vision." };
}
