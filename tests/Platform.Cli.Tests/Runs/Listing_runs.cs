namespace Platform.Cli.Tests.Runs;

public sealed class Listing_runs
{
    [Fact]
    public async Task prints_CSV()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            """
            {"items":[{"id":"019a","name":"a,b","project":null,"status":"running","createdAt":"2026-01-02T03:04:05Z",
                       "parameters":{"lr":1E-05,"layers":[1,2]},"latest":{"loss":{"step":1,"value":"NaN"}},"tags":{}},
                      {"id":"019b","name":"c","project":"cv","status":"finished","parameters":{"batch":32},"tags":{"owner":"anna"}}]}
            """
        );

        var result = await platform.RunAsync("runs", "list", "--csv");

        Assert.Equal(
            """
            id,name,project,status,createdAt,startedAt,endedAt,jobId,parentId,group,alias,params.batch,params.layers,params.lr,metrics.loss,tags.owner
            019a,"a,b",,running,2026-01-02T03:04:05Z,,,,,,,,"[1,2]",1E-05,NaN,
            019b,c,cv,finished,,,,,,,,32,,,,anna

            """,
            result.Output
        );
    }

    [Fact]
    public async Task by_path_shows_what_is_below_each()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            """
            {"paths":[{"path":"cv","runs":{"count":7,"byStatus":{"scheduled":4,"running":1,"finished":2,"failed":0,"interrupted":0}},
                       "exact":{"count":1,"byStatus":{"finished":1}},"hasChildren":true}]}
            """
        );

        var result = await platform.RunAsync("runs", "paths", "ml", "--depth", "1");

        Assert.Equal(
            "PATH\tRUNS\tSCHEDULED\tRUNNING\tFINISHED\tFAILED\tINTERRUPTED\tOWN\ncv\t7\t4\t1\t2\t0\t0\t1\n",
            result.Output
        );
        Assert.Equal("GET /api/paths?below=ml&depth=1", platform.Requests[^1].Line);
        Assert.Equal(
            "path,runs,scheduled,running,finished,failed,interrupted,own\ncv,7,4,1,2,0,0,1\n",
            (await platform.RunAsync("runs", "paths", "--csv")).Output
        );
    }
}
