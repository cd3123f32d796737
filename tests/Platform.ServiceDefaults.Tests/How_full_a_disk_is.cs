using System.ComponentModel.DataAnnotations;

namespace Platform.ServiceDefaults.Tests;

public sealed class How_full_a_disk_is
{
    private static readonly DiskOptions _options = new();

    [Theory]
    [InlineData(0.849, DiskLevel.Normal)]
    [InlineData(0.85, DiskLevel.NearlyFull)]
    [InlineData(0.9499, DiskLevel.NearlyFull)]
    [InlineData(0.95, DiskLevel.Full)]
    [InlineData(1, DiskLevel.Full)]
    public void rises_at_a_threshold(double share, DiskLevel level) =>
        Assert.Equal(level, DiskLevels.Next(DiskLevel.Normal, share, _options));

    [Theory]
    [InlineData(DiskLevel.Full, 0.94, DiskLevel.Full)]
    [InlineData(DiskLevel.Full, 0.939, DiskLevel.NearlyFull)]
    [InlineData(DiskLevel.Full, 0.3, DiskLevel.Normal)]
    [InlineData(DiskLevel.NearlyFull, 0.84, DiskLevel.NearlyFull)]
    [InlineData(DiskLevel.NearlyFull, 0.839, DiskLevel.Normal)]
    [InlineData(DiskLevel.NearlyFull, 0.945, DiskLevel.NearlyFull)]
    public void falls_only_somewhat_below_it(DiskLevel before, double share, DiskLevel level) =>
        Assert.Equal(level, DiskLevels.Next(before, share, _options));

    [Fact]
    public void does_not_count_what_is_kept_for_the_system() =>
        Assert.Equal(0.5, new DiskUse("/", Size: 1000, Used: 100, Free: 100).Share);

    [Fact]
    public void is_full_without_any_space() => Assert.Equal(1, new DiskUse("/", 0, 0, 0).Share);

    [Theory]
    [InlineData(85, 85, "/data", "Disk:WarnPercent must be less than Disk:RefusePercent.")]
    [InlineData(0, 95, "/data", "The field WarnPercent must be between 1 and 100.")]
    [InlineData(85, 101, "/data", "The field RefusePercent must be between 1 and 100.")]
    [InlineData(85, 95, "data", "Disk:Folders:mine must be the whole path of a folder.")]
    [InlineData(80, 90, "/data", null)]
    public void is_told_by_settings_that_make_sense(int warn, int refuse, string folder, string? problem)
    {
        var options = new DiskOptions
        {
            WarnPercent = warn,
            RefusePercent = refuse,
            Folders = { ["mine"] = folder },
        };
        var problems = new List<ValidationResult>();

        Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true);

        Assert.Equal(problem, problems.SingleOrDefault()?.ErrorMessage);
    }
}
