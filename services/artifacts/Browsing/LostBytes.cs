using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Catalog;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Browsing;

/// <summary>What is said, here and in the log, when a version names bytes that the store does not have.</summary>
internal static partial class LostBytes
{
    public static ProblemHttpResult Report(
        ILogger<ArtifactCatalog> logger,
        string artifact,
        int version,
        string path,
        BlobName blob
    )
    {
        LogLost(logger, blob.Hex, artifact, version);
        return ProblemResults.Problem(
            StatusCodes.Status500InternalServerError,
            ArtifactSentences.BlobLost.With(path, blob)
        );
    }

    /// <summary>The same for a file of a run.</summary>
    public static ProblemHttpResult Report(ILogger logger, string run, string path, BlobName blob)
    {
        LogLostFile(logger, blob.Hex, path, run);
        return ProblemResults.Problem(
            StatusCodes.Status500InternalServerError,
            ArtifactSentences.BlobLost.With(path, blob)
        );
    }

    [LoggerMessage(1, LogLevel.Error, "Blob {Sha256} of artifact {Artifact} version {Version} is not in the store.")]
    private static partial void LogLost(ILogger logger, string sha256, string artifact, int version);

    [LoggerMessage(2, LogLevel.Error, "Blob {Sha256} of file '{Path}' of run {Run} is not in the store.")]
    private static partial void LogLostFile(ILogger logger, string sha256, string path, string run);
}
