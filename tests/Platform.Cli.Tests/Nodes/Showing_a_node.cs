namespace Platform.Cli.Tests.Nodes;

public sealed class Showing_a_node
{
    [Fact]
    public async Task says_why_it_has_no_GPU()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            """
            {"id":"0192f0c1-2b6a-7e8b-9f00-000000000001","name":"box","status":"ready","cpus":8,"memoryMiB":1024,"gpus":[],
             "free":{"cpus":8,"memoryMiB":1024,"gpus":[]},"limits":"all","gpuReason":"The driver is not loaded."}
            """
        );

        var result = await platform.RunAsync("nodes", "show", "0192f0c1-2b6a-7e8b-9f00-000000000001");

        Assert.Matches(@"gpus\s+0 of 0 \(The driver is not loaded\.\)", result.Output);
    }
}
