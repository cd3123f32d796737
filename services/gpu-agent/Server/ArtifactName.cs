using System.Globalization;

namespace Platform.GpuAgent.Server;

/// <summary>A reference of the form <c>name:alias</c>, <c>name:v3</c>, <c>name:3</c> or <c>name</c>.</summary>
internal readonly record struct ArtifactName(string Name, string Version)
{
    public static ArtifactName Parse(string reference)
    {
        var colon = reference.LastIndexOf(':');
        if (colon < 0)
        {
            return new ArtifactName(reference, "latest");
        }

        var version = reference[(colon + 1)..];
        var isNumber =
            version is ['v', .. var digits]
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return new ArtifactName(reference[..colon], isNumber ? version[1..] : version);
    }

    /// <summary>The newest checkpoints of one rank of a job, from whichever attempt.</summary>
    public static ArtifactName OfCheckpoints(Guid jobId, int rank) =>
        new(rank == 0 ? $"checkpoints-{jobId:N}" : $"checkpoints-{jobId:N}-{rank}", "latest");

    public override string ToString() => $"{Name}:{Version}";
}
