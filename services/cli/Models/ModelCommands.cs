using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Artifacts;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Models;

/// <summary>The registry of models as MLflow's API shows it: names of any text, stages, aliases.</summary>
internal static class ModelCommands
{
    private const string Models = "/api/2.0/mlflow/registered-models";
    private const string Versions = "/api/2.0/mlflow/model-versions";
    private const string PageSize = "1000";

    private static readonly IReadOnlyList<Column> _models =
    [
        "name",
        "latest",
        "production",
        new Column("aliases", Drop: 1),
        Column.Time("updated", drop: 2),
    ];

    private static readonly IReadOnlyList<Column> _versions =
    [
        "version",
        "stage",
        "aliases",
        Column.Id("run", drop: 1),
        Column.Time("created", drop: 2),
        new Column("description", Drop: 3),
    ];

    public static Command List()
    {
        var search = new Option<string?>("--search")
        {
            Description = "Only models whose name has this text, in any case.",
        };
        search.RefuseEmpty();
        var csv = new Option<bool>("--csv") { Description = "Print CSV." };
        var command = new Command("list", "List registered models by name.") { search, csv };
        command.RefuseTogether(GlobalOptions.Json, csv);
        return command.Does(async context =>
        {
            var filter = context.Value(search) is { } text ? $"name ilike '%{Quoted(text)}%'" : null;
            var models = await ReadAllAsync(context, $"{Models}/search", "registered_models", filter);
            return Print(context, context.Value(csv), "models", models, _models, ModelRow, "No models.");
        });
    }

    public static Command Show()
    {
        var model = new Argument<string>("model") { Description = "The model's name." };
        var csv = new Option<bool>("--csv") { Description = "Print CSV." };
        var command = new Command("show", "Show a model's versions, the newest first.") { model, csv };
        command.RefuseTogether(GlobalOptions.Json, csv);
        return command.Does(async context =>
        {
            var name = context.Value(model);
            // Says so where there is no such model; a search would find nothing.
            await context.Client.GetAsync(Query.Path($"{Models}/get", ("name", name)), context.Cancelled);
            var versions = await ReadAllAsync(
                context,
                $"{Versions}/search",
                "model_versions",
                $"name = '{Quoted(name)}'"
            );
            return Print(
                context,
                context.Value(csv),
                "versions",
                versions,
                _versions,
                VersionRow,
                $"{name} has no versions."
            );
        });
    }

    public static Command Alias()
    {
        var version = new Argument<string>("version") { Description = "The model and its version: name:3." };
        var alias = new Argument<string>("alias") { Description = "The alias to set, such as champion." };
        var command = new Command("alias", "Point an alias at a version of a model.") { version, alias };
        command.WithExamples("models alias digits:3 champion");
        return command.Does(async context =>
        {
            var reference = ArtifactReference.Parse(context.Value(version));
            if (!int.TryParse(reference.Version, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                throw new UsageException($"'{context.Value(version)}' names no version; write {reference.Name}:3.");
            }

            var answer = await context.Client.PostAsync(
                $"{Models}/alias",
                JsonContent.Create(
                    new
                    {
                        name = reference.Name,
                        alias = context.Value(alias),
                        version = $"{number}",
                    }
                ),
                context.Cancelled
            );
            if (context.Json)
            {
                return context.PrintJson(answer);
            }

            await context.Out.WriteLineAsync($"{reference.Name}:{context.Value(alias)} is version {number}.");
            return 0;
        });
    }

    private static int Print(
        CommandContext context,
        bool csv,
        string items,
        JsonArray found,
        IReadOnlyList<Column> columns,
        Func<JsonNode, IReadOnlyList<string>> row,
        string none
    )
    {
        if (context.Json)
        {
            return context.PrintJson(new JsonObject { [items] = found });
        }

        return context.PrintRows(csv, columns, found.OfType<JsonNode>().Select(row), none);
    }

    /// <summary>All pages of a search.</summary>
    private static async Task<JsonArray> ReadAllAsync(CommandContext context, string path, string items, string? filter)
    {
        var all = new JsonArray();
        string? page = null;
        do
        {
            var answer = await context.Client.GetAsync(
                Query.Path(path, ("filter", filter), ("max_results", PageSize), ("page_token", page)),
                context.Cancelled
            );
            foreach (var item in answer.Items(items))
            {
                all.Add(item.DeepClone());
            }

            page = answer["next_page_token"].Text();
        } while (page is not null);

        return all;
    }

    private static IReadOnlyList<string> ModelRow(JsonNode model)
    {
        var latest = model.Items("latest_versions").ToList();
        var newest = latest.MaxBy(version => int.Parse(version.Field("version"), CultureInfo.InvariantCulture));
        return
        [
            model.Field("name"),
            newest?.Field("version") ?? "–",
            latest.Find(version => version.Field("current_stage") == "Production")?.Field("version") ?? "–",
            string.Join(
                ", ",
                model.Items("aliases").Select(alias => $"{alias.Field("alias")}:{alias.Field("version")}")
            ),
            TimeOf(model, "last_updated_timestamp"),
        ];
    }

    private static IReadOnlyList<string> VersionRow(JsonNode version) =>
        [
            version.Field("version"),
            version.Field("current_stage"),
            string.Join(", ", version.Items("aliases").Select(alias => alias.Text())),
            version.Field("run_id"),
            TimeOf(version, "creation_timestamp"),
            version["description"].Text() ?? "",
        ];

    /// <summary>MLflow's milliseconds since 1970 as the times of other tables.</summary>
    private static string TimeOf(JsonNode item, string field) =>
        Times.Utc(DateTimeOffset.FromUnixTimeMilliseconds(item[field]!.GetValue<long>()));

    /// <summary>A text within quotes of MLflow's filters.</summary>
    private static string Quoted(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);
}
