namespace Platform.Nodes.Tests.Placements;

public sealed class The_queue : WithScheduler
{
    [Fact]
    public void is_ordered_by_priority_and_then_by_submission() =>
        Assert.Equal(
            "3→1 1→1",
            Grants(Place([Machine(1, cpus: 2)], [Job(1), Job(2), Job(3, priority: 90), Job(4, priority: 10)]))
        );

    [Fact]
    public void skips_requests_that_no_node_can_ever_fit()
    {
        var result = Place([Machine(1, gpus: 2)], [Job(1, gpus: 64), Job(2, gpus: 2)]);

        Assert.Equal("2→1", Grants(result));
        Assert.Equal("needs 64 GPUs; the largest node has 2", Reason(result, 1));
    }

    [Fact]
    public void reserves_what_the_first_request_waits_for()
    {
        var result = Place([Machine(1, gpus: 2)], [Job(1, gpus: 2), Job(2, gpus: 1)], Held(1, gpus: [0]));

        Assert.Equal("", Grants(result));
        Assert.Equal("waiting for 2 GPUs; it is next", Reason(result, 1));
        Assert.Equal("waiting for 1 GPU; 1 job is ahead", Reason(result, 2));
    }

    [Fact]
    public void lets_later_requests_use_what_the_first_does_not_need() =>
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
    public void reserves_only_the_node_with_the_smallest_shortage() =>
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
    public void skips_requests_before_their_not_before_time()
    {
        var result = Place([Machine(1, cpus: 1)], [Job(1, notBefore: 30), Job(2, notBefore: 10), Job(3)]);

        Assert.Equal("3→1", Grants(result));
        Assert.Equal("waiting until 2026-01-02T03:04:35Z", Reason(result, 1));
    }

    [Fact]
    public void counts_only_requests_that_wait_for_resources()
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
    public void tells_the_position_of_requests_only_while_all_before_them_are_read()
    {
        var uncounted = Job(3) with { IsCounted = false };

        var result = Place([Machine(1, cpus: 1)], [Job(1), Job(2), uncounted], Held(1, cpus: 1));

        Assert.Equal("waiting for 1 CPU; 1 job is ahead", Reason(result, 2));
        Assert.Equal("waiting for 1 CPU; other jobs are ahead", Reason(result, 3));
        Assert.Equal("waiting for 1 CPU; other jobs are ahead", result.ClassReasons[uncounted.Class].Text);
    }

    [Fact]
    public void tells_of_a_class_what_no_node_can_ever_fit() =>
        Assert.Equal(
            "needs 64 GPUs; the largest node has 2",
            Assert.Single(Place([Machine(1, gpus: 2)], [Job(1, gpus: 64), Job(2, gpus: 2)]).ClassReasons).Value.Text
        );
}
