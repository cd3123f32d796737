using System.Text.Json.Nodes;
using Platform.Cli.Server;

namespace Platform.Cli.Tests.Output;

public sealed class The_next_page
{
    [Theory]
    [InlineData("""{"items":[1,2],"nextCursor":"abc","total":3}""", null, "3 in all|more with --cursor abc")]
    [InlineData("""{"items":[1,2],"nextCursor":"abc","total":null}""", null, "more with --cursor abc")]
    [InlineData("""{"items":[1,2],"nextCursor":"abc"}""", 0, "more with --offset 2")]
    [InlineData("""{"items":[1,2],"nextCursor":"abc"}""", 50, "more with --offset 52")]
    [InlineData("""{"items":[1,2],"nextCursor":null,"total":2}""", 0, "")]
    public void is_named_by_number_where_it_is_known(string page, int? offset, string expected) =>
        Assert.Equal(expected, string.Join('|', Query.More(JsonNode.Parse(page)!, offset)));

    [Fact]
    public async Task is_named_by_its_cursor_in_a_pipe()
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[],"nextCursor":"abc"}""");

        Assert.Equal("more with --cursor abc\n", (await platform.RunAsync("jobs", "list")).Error);
        Assert.Equal("more with --cursor abc\n", (await platform.RunAsync("projects", "list")).Error);
    }

    [Fact]
    public async Task can_be_asked_for_by_a_number()
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        await platform.RunAsync("jobs", "list", "--offset", "50");

        Assert.Equal("GET /api/jobs?limit=50&offset=50", Assert.Single(platform.Requests).Line);
    }

    [Fact]
    public async Task says_each_default_once_in_the_help()
    {
        foreach (var (path, _) in CommandTree.Leaves())
        {
            var help = (await CommandResult.OfAsync([.. path.Split(' '), "--help"])).Output;
            Assert.All(
                help.Split('\n').Where(line => line.Contains("[default: ", StringComparison.Ordinal)),
                line => Assert.DoesNotContain("(", line, StringComparison.Ordinal)
            );
        }
    }
}
