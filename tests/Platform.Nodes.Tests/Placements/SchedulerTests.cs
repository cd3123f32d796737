using Platform.Nodes.Placements;

namespace Platform.Nodes.Tests.Placements;

/// <summary>What the tests of the scheduler share: nodes <c>n1…</c> and requests in the order they are named.</summary>
public abstract class SchedulerTests
{
    private protected static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private protected static SchedulerNode Machine(
        int number,
        int gpus = 0,
        double cpus = 8,
        int memoryMiB = 8192,
        bool online = true,
        bool draining = false,
        string? labels = null
    ) =>
        new(
            Id('a', number),
            $"n{number}",
            online,
            draining,
            cpus,
            memoryMiB,
            [.. Enumerable.Range(0, gpus)],
            Labels(labels)
        );

    private protected static SchedulerRequest Job(
        int number,
        int gpus = 0,
        double cpus = 1,
        int memoryMiB = 512,
        int priority = 50,
        string? labels = null,
        double notBefore = 0
    ) =>
        new(
            Id('b', number),
            1,
            new Needs(gpus, cpus, memoryMiB),
            Labels(labels),
            priority,
            Now.AddMinutes(-60).AddSeconds(number),
            Now.AddSeconds(notBefore),
            1
        );

    private protected static SchedulerLease Held(
        int node,
        IReadOnlyList<int>? gpus = null,
        double cpus = 0,
        int memoryMiB = 0
    ) => new(Id('a', node), gpus ?? [], cpus, memoryMiB);

    private protected static SchedulerResult Place(
        SchedulerNode[] nodes,
        SchedulerRequest[] waiting,
        params SchedulerLease[] leases
    ) => Scheduler.Place(nodes, leases, waiting, Now);

    /// <summary>Grants as <c>job→node</c>, in the order they were made.</summary>
    private protected static string Grants(SchedulerResult result) =>
        string.Join(' ', result.Grants.Select(grant => $"{Number(grant.Request.JobId)}→{Number(grant.Node.NodeId)}"));

    private protected static string Reason(SchedulerResult result, int job) =>
        Assert.Single(result.Reasons, reason => reason.JobId == Id('b', job)).Reason;

    private protected static Guid Id(char kind, int number) => Guid.Parse($"{kind}0000000-0000-7000-8000-{number:D12}");

    private static int Number(Guid id) => int.Parse(id.ToString()[24..]);

    private static Dictionary<string, string> Labels(string? labels) =>
        (labels ?? "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(label => label.Split('='))
            .ToDictionary(label => label[0], label => label[1], StringComparer.Ordinal);
}

public sealed class The_scheduler_chooses_a_node : SchedulerTests
{
    [Fact]
    public void that_has_what_is_needed() =>
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
    public void by_free_GPUs_and_gives_the_lowest_free_ones()
    {
        var result = Place([Machine(1, gpus: 4)], [Job(1, gpus: 2)], Held(1, gpus: [1]));

        Assert.Equal([0, 2], Assert.Single(result.Grants).Node.Gpus);
    }

    [Fact]
    public void with_the_fewest_GPUs_left() =>
        Assert.Equal(
            "1→2",
            Grants(Place([Machine(1, gpus: 4), Machine(2, gpus: 2), Machine(3, gpus: 8)], [Job(1, gpus: 2)]))
        );

    [Fact]
    public void without_GPUs_for_a_job_that_needs_none() =>
        Assert.Equal("1→2", Grants(Place([Machine(1, gpus: 4, cpus: 2), Machine(2, cpus: 64)], [Job(1)])));

    [Fact]
    public void with_the_fewest_CPUs_left_among_equals() =>
        Assert.Equal("1→2", Grants(Place([Machine(1, cpus: 16), Machine(2, cpus: 4), Machine(3, cpus: 8)], [Job(1)])));

    [Fact]
    public void that_has_all_the_labels() =>
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
    public void that_is_neither_offline_nor_draining() =>
        Assert.Equal(
            "1→3",
            Grants(Place([Machine(1, online: false), Machine(2, draining: true), Machine(3)], [Job(1)]))
        );

    [Fact]
    public void as_long_as_fractions_of_CPUs_add_up()
    {
        var result = Place(
            [Machine(1, cpus: 0.3)],
            [Job(1, cpus: 0.1), Job(2, cpus: 0.1), Job(3, cpus: 0.1), Job(4, cpus: 0.1)]
        );

        Assert.Equal("1→1 2→1 3→1", Grants(result));
    }

    [Fact]
    public void only_as_far_as_its_leases_leave_room() =>
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
    public void whose_leases_exceed_what_it_still_has_gets_nothing() =>
        Assert.Equal(
            "",
            Grants(
                Place([Machine(1, gpus: 1, cpus: 2)], [Job(1)], Held(1, gpus: [0, 1, 2], cpus: 16, memoryMiB: 99999))
            )
        );
}

public sealed class The_line : SchedulerTests
{
    [Fact]
    public void goes_by_priority_and_then_by_submission() =>
        Assert.Equal(
            "3→1 1→1",
            Grants(Place([Machine(1, cpus: 2)], [Job(1), Job(2), Job(3, priority: 90), Job(4, priority: 10)]))
        );

    [Fact]
    public void is_not_held_up_by_what_no_node_could_ever_do()
    {
        var result = Place([Machine(1, gpus: 2)], [Job(1, gpus: 64), Job(2, gpus: 2)]);

        Assert.Equal("2→1", Grants(result));
        Assert.Equal("needs 64 GPUs; the largest node has 2", Reason(result, 1));
    }

    [Fact]
    public void does_not_let_smaller_jobs_take_what_the_first_waits_for()
    {
        var result = Place([Machine(1, gpus: 2)], [Job(1, gpus: 2), Job(2, gpus: 1)], Held(1, gpus: [0]));

        Assert.Equal("", Grants(result));
        Assert.Equal("waiting for 2 GPUs; it is next", Reason(result, 1));
        Assert.Equal("waiting for 1 GPU; 1 job is ahead", Reason(result, 2));
    }

    [Fact]
    public void lets_later_jobs_use_what_the_first_does_not_need() =>
        Assert.Equal(
            "2→1",
            Grants(
                Place(
                    [Machine(1, gpus: 2, cpus: 8)],
                    [Job(1, gpus: 2, cpus: 4), Job(2, cpus: 4), Job(3, cpus: 1)],
                    Held(1, gpus: [0])
                )
            )
        );

    [Fact]
    public void holds_the_node_that_is_closest_to_fitting_and_no_other() =>
        Assert.Equal(
            "2→1",
            Grants(
                Place(
                    [Machine(1, gpus: 4), Machine(2, gpus: 4)],
                    [Job(1, gpus: 4), Job(2, gpus: 1)],
                    Held(1, gpus: [0, 1, 2]),
                    Held(2, gpus: [0])
                )
            )
        );

    [Fact]
    public void passes_over_those_whose_time_has_not_come()
    {
        var result = Place([Machine(1, cpus: 1)], [Job(1, notBefore: 30), Job(2, notBefore: 10), Job(3)]);

        Assert.Equal("3→1", Grants(result));
        Assert.Equal(Now.AddSeconds(10), result.NextDue);
        Assert.Equal("waits until 2026-01-02T03:04:35Z", Reason(result, 1));
    }

    [Fact]
    public void counts_only_those_who_wait_for_room()
    {
        var result = Place(
            [Machine(1, cpus: 1)],
            [Job(1, gpus: 64), Job(2, notBefore: 10), Job(3), Job(4), Job(5), Job(6)],
            Held(1, cpus: 1)
        );

        Assert.Equal("waiting for 1 CPU; it is next", Reason(result, 3));
        Assert.Equal("waiting for 1 CPU; 3 jobs are ahead", Reason(result, 6));
    }

    [Fact]
    public void is_read_on_only_while_there_is_room()
    {
        Assert.False(Place([Machine(1, cpus: 1)], [Job(1)]).HasRoom);
        Assert.True(Place([Machine(1, cpus: 2)], [Job(1)]).HasRoom);
        Assert.False(Place([Machine(1, cpus: 2, draining: true)], [Job(1)]).HasRoom);
    }
}

public sealed class The_reason_to_wait : SchedulerTests
{
    [Fact]
    public void says_that_no_node_is_online()
    {
        Assert.Equal("no node is online", Reason(Place([], [Job(1)]), 1));
        Assert.Equal("no node is online", Reason(Place([Machine(1, online: false)], [Job(1)]), 1));
    }

    [Fact]
    public void names_the_node_that_would_do_but_takes_no_work()
    {
        var nodes = new[] { Machine(1, gpus: 4, online: false), Machine(2, gpus: 2, draining: true), Machine(3) };

        Assert.Equal("waits for node n1, which is offline", Reason(Place(nodes, [Job(1, gpus: 4)]), 1));
        Assert.Equal("waits for node n2, which is draining", Reason(Place(nodes[1..], [Job(1, gpus: 2)]), 1));
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
    public void says_what_is_too_large(int gpus, double cpus, int memoryMiB, string reason) =>
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
    public void says_what_is_short(int gpus, double cpus, int memoryMiB, string reason) =>
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
