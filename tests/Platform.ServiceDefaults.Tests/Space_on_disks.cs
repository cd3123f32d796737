using Microsoft.Extensions.DependencyInjection;

namespace Platform.ServiceDefaults.Tests;

public sealed class Space_on_disks
{
    [Fact]
    public async Task is_told_of_each_folder_with_the_size_of_its_disk()
    {
        using var folder = new TestFolder();
        var services = new ServiceCollection();
        services.AddSingleton<IDiskReader, DiskReader>();
        services.AddGauges<DiskGauges>();
        services.AddWatchedFolder("artifacts", _ => folder.In("."));
        await using var provider = services.BuildServiceProvider();

        var values = await provider.GetRequiredService<DiskGauges>().ReadAsync(CancellationToken.None);

        var free = Assert.Single(values, value => value.Gauge.Name == "platform.disk.free");
        var size = Assert.Single(values, value => value.Gauge.Name == "platform.disk.size");
        Assert.Equal(KeyValuePair.Create<string, object?>("folder", "artifacts"), Assert.Single(free.Tags));
        Assert.InRange(free.Value, 1, size.Value);
        var used = Assert.Single(values, value => value.Gauge.Name == "platform.disk.used");
        Assert.InRange(used.Value, 0.000_001, 1);
    }

    [Fact]
    public async Task is_not_told_by_a_process_without_folders() =>
        Assert.Empty(await new DiskGauges([], new DiskReader()).ReadAsync(CancellationToken.None));

    [Fact]
    public async Task is_left_out_while_the_folder_is_away()
    {
        var gauges = new DiskGauges(
            [new WatchedFolder("agent", () => "/nowhere/at/all", IsShared: false)],
            new DiskReader()
        );

        _ = await Assert.ThrowsAnyAsync<IOException>(() => gauges.ReadAsync(CancellationToken.None));
    }
}
