using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Mlflow;

[Trait("suite", "integration")]
public sealed class Searches_for_logged_models_of_MLflow(TrackingHost host) : IClassFixture<TrackingHost>
{
    private const string Models = "/logged-models";

    [Theory]
    [InlineData("params.lr = '0.1'", "b")]
    [InlineData("tags.team IN ('vision') AND name LIKE 'n%'", "a,b")]
    [InlineData("status = 'READY'", "c")]
    [InlineData("attributes.status != 'LOGGED_MODEL_READY'", "a,b")]
    [InlineData("model_type = 'agent' or metrics.acc > 0.85", "b,c")]
    [InlineData("metrics.acc < 0.85", "a,b")]
    [InlineData("metrics.acc < 0.85", "a", "train")]
    [InlineData("metrics.acc > 0.1", "", "nothing")]
    [InlineData("creation_timestamp > 0 and metrics.none is null", "a,b,c")]
    [InlineData("source_run_id = 'RUN'", "a")]
    public async Task find_them_by_filters(string filter, string expected, string? dataset = null)
    {
        var (experiment, run) = await ModelsAsync();
        object[] datasets = dataset is null ? [] : [new { dataset_name = dataset }];

        var found = await host.PostAsync(
            $"{Models}/search",
            new
            {
                experiment_ids = new[] { experiment },
                filter = filter.Replace("RUN", run, StringComparison.Ordinal),
                datasets,
                order_by = new[] { new { field_name = "tags.letter" } },
            }
        );

        Assert.Equal(expected, LettersOf(found));
    }

    [Theory]
    [InlineData("metrics.acc", true, "a,b,c")]
    [InlineData("metrics.acc", false, "b,a,c")]
    [InlineData("creation_timestamp", true, "a,b,c")]
    [InlineData("tags.letter", false, "c,b,a")]
    public async Task find_them_in_an_order_page_by_page(string field, bool ascending, string expected)
    {
        var (experiment, _) = await ModelsAsync();
        var letters = new List<string>();
        string? token = null;
        do
        {
            var page = await host.PostAsync(
                $"{Models}/search",
                new
                {
                    experiment_ids = new[] { experiment },
                    max_results = 2,
                    page_token = token,
                    order_by = new[]
                    {
                        new
                        {
                            field_name = field,
                            ascending,
                            dataset_name = field[0] == 'm' ? "train" : null,
                        },
                    },
                }
            );
            letters.Add(LettersOf(page));
            token = (string?)page["next_page_token"];
        } while (token is not null);

        Assert.Equal(expected, string.Join(',', letters));
    }

    [Theory]
    [InlineData("bogus.a = 'b'")]
    [InlineData("params.lr = ")]
    [InlineData("metrics.acc like 'a'")]
    public async Task find_none_by_what_is_no_filter(string filter) =>
        Assert.Equal(
            "INVALID_PARAMETER_VALUE",
            (
                await host.PostAsync(
                    $"{Models}/search",
                    new { experiment_ids = new[] { "0" }, filter },
                    HttpStatusCode.BadRequest
                )
            ).Code()
        );

    private static string LettersOf(JsonNode answer) =>
        string.Join(
            ',',
            (answer["models"]?.AsArray() ?? []).Select(model =>
                model!["info"]!["tags"]!.AsArray().Single(tag => tag!["key"].Text() == "letter")!["value"].Text()
            )
        );

    /// <summary>Three: a and b with a metric of two datasets, c ready and with NaN.</summary>
    private async Task<(string Experiment, string Run)> ModelsAsync()
    {
        var experiment = await host.ExperimentAsync($"models {Guid.CreateVersion7():N}");
        var run = MlflowCalls.IdOf(await host.RunAsync(experiment));
        var ids = new Dictionary<char, string>();
        foreach (var letter in "abc")
        {
            ids[letter] = MlflowCalls.ModelOf(
                await host.PostAsync(
                    Models,
                    new
                    {
                        experiment_id = experiment,
                        name = letter is 'c' ? "other" : $"net-{letter}",
                        model_type = letter is 'c' ? "agent" : null,
                        source_run_id = letter is 'a' ? run : null,
                        @params = letter is 'b' ? MlflowCalls.Pairs(("lr", "0.1")) : MlflowCalls.Pairs(("lr", "1")),
                        tags = letter is 'c'
                            ? MlflowCalls.Pairs(("letter", "c"))
                            : MlflowCalls.Pairs(("letter", letter.ToString()), ("team", "vision")),
                    }
                )
            );
        }

        object Metric(char letter, string dataset, object value) =>
            new
            {
                key = "acc",
                value,
                timestamp = 1,
                step = 1,
                model_id = ids[letter],
                dataset_name = dataset,
                dataset_digest = "d",
            };
        await host.PostAsync(
            "/runs/log-batch",
            new
            {
                run_id = run,
                metrics = new[]
                {
                    Metric('a', "train", 0.8),
                    Metric('b', "train", 0.9),
                    Metric('b', "test", 0.1),
                    Metric('c', "train", "NaN"),
                },
            }
        );
        await host.CallAsync(
            HttpMethod.Patch,
            $"{Models}/{ids['c']}",
            new { model_id = ids['c'], status = "LOGGED_MODEL_READY" }
        );
        return (experiment, run);
    }
}
