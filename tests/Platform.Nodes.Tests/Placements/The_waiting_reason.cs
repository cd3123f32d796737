namespace Platform.Nodes.Tests.Placements;

public sealed class The_waiting_reason : WithScheduler
{
    [Fact]
    public void reports_that_no_node_is_online()
    {
        Assert.Equal("no node is online", Reason(Place([], [Job(1)]), 1));
        Assert.Equal("no node is online", Reason(Place([Machine(1, online: false)], [Job(1)]), 1));
    }

    [Fact]
    public void has_a_code_with_what_varies()
    {
        var reason = Assert.Single(Place([Machine(1, gpus: 2)], [Job(1, gpus: 64)]).Reasons).Reason;

        Assert.Equal("placement.too-many-gpus", reason.Code!.Code);
        Assert.Equal([("gpus", "64"), ("largest", "2")], reason.Code.Args!.Select(arg => (arg.Key, arg.Value)).Order());
    }

    [Fact]
    public void names_a_fitting_node_that_is_not_schedulable()
    {
        var nodes = new[] { Machine(1, gpus: 4, online: false), Machine(2, gpus: 2, draining: true), Machine(3) };

        Assert.Equal("waiting for node n1, which is offline", Reason(Place(nodes, [Job(1, gpus: 4)]), 1));
        Assert.Equal("waiting for node n2, which is draining", Reason(Place(nodes[1..], [Job(1, gpus: 2)]), 1));
    }

    [Fact]
    public void names_a_fitting_node_whose_disk_is_full()
    {
        var full = Machine(1, gpus: 2) with { IsDiskFull = true };

        Assert.Equal(
            "waiting for node n1, whose disk is full",
            Reason(Place([full, Machine(2)], [Job(1, gpus: 2)]), 1)
        );
        Assert.Equal("1→3", Grants(Place([full, Machine(3, gpus: 2)], [Job(1, gpus: 2)])));
    }

    [Fact]
    public void names_the_label_that_no_node_has() =>
        Assert.Equal(
            "no node has label zone=lab",
            Reason(Place([Machine(1, labels: "zone=hall")], [Job(1, labels: "zone=lab")]), 1)
        );

    [Fact]
    public void names_the_labels_that_no_node_has_together() =>
        Assert.Equal(
            "no node has all of the labels disk=ssd, zone=lab",
            Reason(
                Place(
                    [Machine(1, labels: "zone=lab"), Machine(2, labels: "disk=ssd")],
                    [Job(1, labels: "zone=lab disk=ssd")]
                ),
                1
            )
        );

    [Theory]
    [InlineData(3, 1, 512, "needs 3 GPUs; the largest node has 2")]
    [InlineData(0, 16.5, 512, "needs 16.5 CPUs; the largest node has 8")]
    [InlineData(0, 1, 9000, "needs 9000 MiB of memory; the largest node has 8192")]
    [InlineData(2, 8, 512, "no node has 2 GPUs, 8 CPUs and 512 MiB of memory together")]
    public void reports_what_is_too_large(int gpus, double cpus, int memoryMiB, string reason) =>
        Assert.Equal(
            reason,
            Reason(
                Place(
                    [Machine(1, gpus: 2, cpus: 4), Machine(2)],
                    [Job(1, gpus: gpus, cpus: cpus, memoryMiB: memoryMiB)]
                ),
                1
            )
        );

    [Fact]
    public void compares_with_the_nodes_that_have_the_labels() =>
        Assert.Equal(
            "needs 2 GPUs; the largest node with zone=lab has 1",
            Reason(
                Place(
                    [Machine(1, gpus: 1, labels: "zone=lab"), Machine(2, gpus: 8)],
                    [Job(1, gpus: 2, labels: "zone=lab")]
                ),
                1
            )
        );

    [Theory]
    [InlineData(1, 1, 512, "waiting for 1 GPU; it is next")]
    [InlineData(0, 4, 512, "waiting for 4 CPUs; it is next")]
    [InlineData(0, 1, 8192, "waiting for 8192 MiB of memory; it is next")]
    public void reports_what_is_missing(int gpus, double cpus, int memoryMiB, string reason) =>
        Assert.Equal(
            reason,
            Reason(
                Place(
                    [Machine(1, gpus: 1)],
                    [Job(1, gpus: gpus, cpus: cpus, memoryMiB: memoryMiB)],
                    Held(1, gpus: [0], cpus: 6, memoryMiB: 1024)
                ),
                1
            )
        );
}
