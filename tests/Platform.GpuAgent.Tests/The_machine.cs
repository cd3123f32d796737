using Microsoft.Extensions.Options;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Inventory;
using Platform.GpuAgent.Limits;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.State;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

public sealed class The_machine : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StateFolder _state;

    public The_machine() => _state = StateFolder.Open(_folder.Path);

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void offers_its_resources_up_to_its_control_groups_limits()
    {
        var inventory = MachineWith(new AgentOptions()).Inventory();

        Assert.InRange(inventory.Cpus, 0.01, Environment.ProcessorCount);
        Assert.InRange(inventory.MemoryMiB, 1, int.MaxValue);
        Assert.True((inventory.MemoryMiB * 1024L * 1024) <= (ControlGroup.MemoryLimit() ?? long.MaxValue));
        Assert.Equal(inventory.Gpus.Count == 0, inventory.GpuReason is not null);
        Assert.Equal(inventory.Gpus.Count == 0, inventory.GpuReasonCode is not null);
    }

    [Fact]
    public void offers_the_configured_resources()
    {
        var options = new AgentOptions { Cpus = 0.5, MemoryMiB = 100 };

        var inventory = MachineWith(options).Inventory();

        Assert.Equal((0.5, 100), (inventory.Cpus, inventory.MemoryMiB));
    }

    [Fact]
    public void reports_its_load()
    {
        var usage = MachineWith(new AgentOptions()).Usage();

        Assert.InRange(usage.Cpu, 0, 1);
        Assert.InRange(usage.MemoryUsedMiB, 1, int.MaxValue);
        Assert.InRange(usage.DiskFreeMiB, 1, long.MaxValue);
    }

    [Fact]
    public void without_a_driver_reports_no_GPUs_and_the_reason()
    {
        var nvml = new Nvml("libno-such-driver.so.1");

        var (gpus, reason) = nvml.Inventory();

        Assert.Empty(gpus);
        Assert.Contains("libno-such-driver.so.1", reason!.Text, StringComparison.Ordinal);
        Assert.Empty(nvml.Usage());
    }

    [Fact]
    public void says_that_it_does_not_limit_jobs_where_its_options_say_so() =>
        Assert.Equal(NodeLimits.Off, MachineWith(new AgentOptions { EnforceLimits = false }).Inventory().Limits);

    private Machine MachineWith(AgentOptions options)
    {
        var wrapped = Options.Create(options);
        return new Machine(wrapped, _state, new JobLimits(wrapped, _state));
    }
}
