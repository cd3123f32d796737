using Platform.GpuAgent.State;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

[Trait("suite", "integration")]
public sealed class Joining : AgentTest
{
    [Fact]
    [Trait("check", "NODE-02")]
    public async Task happens_once_and_the_node_keeps_its_name_and_id()
    {
        Guid id;
        await using (var first = await StartAgentAsync())
        {
            id = first.NodeId;
        }

        await using var second = await StartAgentAsync(("JoinToken", ""));

        Assert.Equal(id, second.NodeId);
        Assert.Equal(1, Platform.Joins);
    }

    [Fact]
    public async Task happens_again_when_the_platform_does_not_know_the_node()
    {
        await using (await StartAgentAsync()) { }

        Platform.HasForgottenNode = true;
        await using var agent = await StartAgentAsync();

        Assert.Equal(2, Platform.Joins);
        Assert.False(Platform.HasForgottenNode);
    }

    [Fact]
    public async Task waits_for_a_platform_that_starts_later()
    {
        Platform.IsUnavailable = true;
        var starting = StartAgentAsync();
        await WaitFor.ConditionAsync(
            "the agent to try",
            () => Task.FromResult(File.Exists(Folder.In("state", "identity.json")))
        );
        Assert.Equal(0, Platform.Joins);

        Platform.IsUnavailable = false;

        await using var agent = await starting;
        Assert.Equal(1, Platform.Joins);
    }

    [Fact]
    public void allows_one_agent_per_folder()
    {
        using var held = StateFolder.Open(Folder.In("state"));

        var refused = Assert.Throws<StateFolderInUseException>(() => StateFolder.Open(Folder.In("state")));
        Assert.Contains(Folder.In("state"), refused.Message, StringComparison.Ordinal);
        held.Dispose();
        StateFolder.Open(Folder.In("state")).Dispose();
    }
}
