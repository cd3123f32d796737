using Platform.ServiceDefaults;

namespace Platform.Testing;

/// <summary>A disk that is as full as a test says.</summary>
public sealed class FakeDisk(double share = 0) : IDiskReader
{
    private const long Size = 1_000_000;

    /// <summary>The used share, 0 to 1; null while the disk is away.</summary>
    public double? Share { get; set; } = share;

    /// <inheritdoc />
    public DiskUse Read(string folder) =>
        Share is { } used
            ? new DiskUse("/", Size, (long)(Size * used), Size - (long)(Size * used))
            : throw new IOException($"{folder} is away.");
}
