using Platform.Nodes.Placements;

namespace Platform.Nodes.Tests.Placements;

/// <summary>Runs many scheduling passes on random clusters: jobs arrive, run and end; nodes join and leave.</summary>
public sealed class The_scheduler_on_random_clusters : WithScheduler
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void never_leases_more_than_a_node_has_and_never_on_an_unschedulable_node(int seed)
    {
        var random = new Random(seed);
        var granted = 0;
        for (var round = 0; round < 40; round++)
        {
            var cluster = new SimulatedCluster(random, RandomNodes(random));
            for (var pass = 0; pass < 30; pass++)
            {
                cluster.Submit(random.Next(4));
                cluster.Pass();
                cluster.EndSome();
                if (random.Next(5) == 0)
                {
                    cluster.ToggleSomeNode();
                }
            }

            granted += cluster.Granted;
        }

        Assert.True(granted > 100, $"Only {granted} grants: the clusters are too small to prove anything.");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void starves_no_job_when_many_smaller_jobs_arrive(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            var nodes = new[]
            {
                Machine(1, gpus: 4, cpus: 8),
                Machine(2, gpus: 4, cpus: 8),
                Machine(3, gpus: 2, cpus: 4),
            };
            var cluster = new SimulatedCluster(random, nodes);
            cluster.Add(gpus: 1, cpus: 1, count: 20);
            cluster.Pass();
            var large = cluster.Add(gpus: 4, cpus: 8, count: 1);

            // A lease lasts at most MaxPasses passes, so by then the reserved node is empty.
            var passes = 0;
            while (!cluster.IsGranted(large))
            {
                Assert.True(++passes <= 5 * SimulatedCluster.MaxPasses, $"Round {round}: the large job starves.");
                cluster.Add(gpus: 1, cpus: 1, count: random.Next(10, 20));
                cluster.EndSome();
                cluster.Pass();
            }
        }
    }

    private static SchedulerNode[] RandomNodes(Random random) =>
        [
            .. Enumerable
                .Range(1, random.Next(1, 6))
                .Select(number =>
                    Machine(
                        number,
                        gpus: random.Next(5),
                        cpus: random.Next(1, 17),
                        memoryMiB: random.Next(1, 9) * 1024,
                        draining: random.Next(8) == 0,
                        labels: random.Next(2) == 0 ? "zone=lab" : null
                    )
                ),
        ];

    private sealed class SimulatedCluster(Random random, SchedulerNode[] nodes)
    {
        /// <summary>The longest time that a job runs, in passes.</summary>
        public const int MaxPasses = 5;

        private readonly List<(Guid JobId, SchedulerLease Lease, int EndsAt)> _running = [];
        private readonly List<SchedulerRequest> _waiting = [];
        private readonly HashSet<Guid> _granted = [];
        private int _submitted;
        private int _passes;

        public int Granted => _granted.Count;

        public bool IsGranted(Guid jobId) => _granted.Contains(jobId);

        public void Submit(int count)
        {
            for (var i = 0; i < count; i++)
            {
                _waiting.Add(
                    Job(
                        ++_submitted,
                        gpus: random.Next(4) * random.Next(2),
                        cpus: random.Next(1, 40) / 10d,
                        memoryMiB: random.Next(1, 4096),
                        priority: random.Next(3) * 10,
                        labels: random.Next(4) == 0 ? "zone=lab" : null
                    )
                );
            }
        }

        public Guid Add(int gpus, double cpus, int count)
        {
            for (var i = 0; i < count; i++)
            {
                _waiting.Add(Job(++_submitted, gpus: gpus, cpus: cpus, memoryMiB: 16));
            }

            return _waiting[^1].JobId;
        }

        public void Pass()
        {
            _passes++;
            var result = Scheduler.Place(nodes, [.. _running.Select(job => job.Lease)], _waiting, Now);
            Assert.Equal(_waiting.Count, result.Grants.Count + result.Reasons.Count);
            foreach (var grant in result.Grants)
            {
                Apply(grant);
            }

            CheckNothingIsLeasedTwice();
        }

        public void EndSome() => _running.RemoveAll(job => job.EndsAt <= _passes || random.Next(4) == 0);

        public void ToggleSomeNode()
        {
            var i = random.Next(nodes.Length);
            nodes[i] = nodes[i] with { Online = !nodes[i].Online };
            if (!nodes[i].Online)
            {
                _running.RemoveAll(job => job.Lease.NodeId == nodes[i].Id);
            }
        }

        private void Apply(SchedulerGrant grant)
        {
            var request = Assert.Single(_waiting, waiting => waiting.JobId == grant.Request.JobId);
            var node = Assert.Single(nodes, node => node.Id == grant.Node.NodeId);
            Assert.True(node.IsSchedulable);
            Assert.True(node.HasLabels(request.Labels));
            Assert.Equal(request.Needs, new Needs(grant.Node.Gpus.Count, grant.Node.Cpus, grant.Node.MemoryMiB));
            Assert.True(_granted.Add(grant.Request.JobId));
            _waiting.Remove(request);
            _running.Add(
                (
                    grant.Request.JobId,
                    new SchedulerLease(node.Id, grant.Node.Gpus, grant.Node.Cpus, grant.Node.MemoryMiB),
                    _passes + random.Next(1, MaxPasses)
                )
            );
        }

        private void CheckNothingIsLeasedTwice()
        {
            foreach (var node in nodes)
            {
                var leases = _running.Where(job => job.Lease.NodeId == node.Id).Select(job => job.Lease).ToList();
                var gpus = leases.SelectMany(lease => lease.Gpus).ToList();
                Assert.Equal(gpus.Count, gpus.Distinct().Count());
                Assert.Subset(node.Gpus.ToHashSet(), gpus.ToHashSet());
                Assert.True(leases.Sum(lease => lease.Cpus) <= node.Cpus + 1e-6);
                Assert.True(leases.Sum(lease => lease.MemoryMiB) <= node.MemoryMiB);
            }
        }
    }
}
