namespace Platform.Nodes.Tests.Placements;

public sealed class Choosing_a_node : WithScheduler
{
    [Fact]
    public void finds_one_with_the_needed_resources() =>
        Assert.Equal(
            "1→3",
            Grants(
                Place(
                    [Machine(1, gpus: 1), Machine(2, gpus: 4, cpus: 1), Machine(3, gpus: 4)],
                    [Job(1, gpus: 2, cpus: 2)]
                )
            )
        );

    [Fact]
    [Trait("check", "NODE-03")]
    public void counts_free_GPUs_and_allocates_the_lowest_indices()
    {
        var result = Place([Machine(1, gpus: 4)], [Job(1, gpus: 2)], Held(1, gpus: [1]));

        Assert.Equal([0, 2], Assert.Single(result.Grants).Node.Gpus);
    }

    [Fact]
    public void prefers_the_fewest_free_GPUs() =>
        Assert.Equal(
            "1→2",
            Grants(Place([Machine(1, gpus: 4), Machine(2, gpus: 2), Machine(3, gpus: 8)], [Job(1, gpus: 2)]))
        );

    [Fact]
    public void prefers_one_without_GPUs_for_a_job_that_needs_none() =>
        Assert.Equal("1→2", Grants(Place([Machine(1, gpus: 4, cpus: 2), Machine(2, cpus: 64)], [Job(1)])));

    [Fact]
    public void prefers_the_fewest_free_CPUs_among_equals() =>
        Assert.Equal("1→2", Grants(Place([Machine(1, cpus: 16), Machine(2, cpus: 4), Machine(3, cpus: 8)], [Job(1)])));

    [Fact]
    public void requires_all_labels() =>
        Assert.Equal(
            "1→3",
            Grants(
                Place(
                    [
                        Machine(1, labels: "zone=lab"),
                        Machine(2, labels: "zone=hall disk=ssd"),
                        Machine(3, labels: "zone=lab disk=ssd rack=7"),
                    ],
                    [Job(1, labels: "zone=lab disk=ssd")]
                )
            )
        );

    [Fact]
    public void excludes_offline_and_draining_ones() =>
        Assert.Equal(
            "1→3",
            Grants(Place([Machine(1, online: false), Machine(2, draining: true), Machine(3)], [Job(1)]))
        );

    [Fact]
    public void adds_fractions_of_CPUs_without_rounding_errors()
    {
        var result = Place(
            [Machine(1, cpus: 0.3)],
            [Job(1, cpus: 0.1), Job(2, cpus: 0.1), Job(3, cpus: 0.1), Job(4, cpus: 0.1)]
        );

        Assert.Equal("1→1 2→1 3→1", Grants(result));
    }

    [Fact]
    public void subtracts_existing_leases() =>
        Assert.Equal(
            "",
            Grants(
                Place(
                    [Machine(1, gpus: 2), Machine(2, gpus: 2), Machine(3, gpus: 2)],
                    [Job(1, gpus: 1)],
                    Held(1, gpus: [0, 1]),
                    Held(2, cpus: 7.5),
                    Held(3, memoryMiB: 8000)
                )
            )
        );

    [Fact]
    public void excludes_one_with_more_leased_than_it_has() =>
        Assert.Equal(
            "",
            Grants(
                Place([Machine(1, gpus: 1, cpus: 2)], [Job(1)], Held(1, gpus: [0, 1, 2], cpus: 16, memoryMiB: 99999))
            )
        );
}
