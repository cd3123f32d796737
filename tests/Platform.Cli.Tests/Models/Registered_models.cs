using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Models;

public sealed class Registered_models
{
    private const string Model = """
        {"name":"the model","creation_timestamp":1767225600000,"last_updated_timestamp":1767225661000,
         "latest_versions":[{"name":"the model","version":"2","current_stage":"Production"},
                            {"name":"the model","version":"10","current_stage":"None"}],
         "aliases":[{"alias":"champion","version":"2"}]}
        """;

    [Fact]
    public async Task are_listed_with_their_newest_version_and_the_one_in_production()
    {
        await using var platform = await FakePlatform.AnsweringAsync($$"""{"registered_models":[{{Model}}]}""");

        var result = await platform.RunAsync("models", "list", "--search", @"a'b\c");

        Assert.Equal(
            "NAME\tLATEST\tPRODUCTION\tALIASES\tUPDATED\nthe model\t10\t2\tchampion:2\t2026-01-01T00:01:01Z\n",
            result.Output
        );
        Assert.Contains(
            Uri.EscapeDataString(@"name ilike '%a''b\\c%'"),
            platform.Requests[^1].Line,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task are_read_page_by_page()
    {
        var pages = new Queue<string>([
            """{"registered_models":[{"name":"a","last_updated_timestamp":0}],"next_page_token":"t 2"}""",
            "{}",
        ]);
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(pages.Dequeue());
        });

        var result = await platform.RunAsync("models", "list", "--csv");

        Assert.Equal("name,latest,production,aliases,updated\na,,,,1970-01-01T00:00:00Z\n", result.Output);
        Assert.EndsWith("page_token=t%202", platform.Requests[^1].Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task that_do_not_exist_are_named_as_MLflow_names_them()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            """{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"Registered Model with name=none not found"}""",
            status: 404
        );

        var result = await platform.RunAsync("models", "show", "none");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("platform: Registered Model with name=none not found\n", result.Error);
    }

    [Fact]
    public async Task get_aliases()
    {
        await using var platform = await FakePlatform.AnsweringAsync("{}");

        var result = await platform.RunAsync("models", "alias", "the model:3", "champion");

        Assert.Equal("the model:champion is version 3.\n", result.Output);
        Assert.Equal("POST /api/2.0/mlflow/registered-models/alias", platform.Requests[^1].Line);
        Assert.Equal("""{"name":"the model","alias":"champion","version":"3"}""", platform.Requests[^1].Body);
    }

    [Fact]
    public async Task get_no_alias_without_a_version()
    {
        await using var platform = await FakePlatform.AnsweringAsync("{}");

        var result = await platform.RunAsync("models", "alias", "digits", "champion");

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(platform.Requests);
    }
}
