using Amazon.Runtime;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Blobs.Stores;

/// <summary>Tells a client that the bytes cannot be stored or read at the moment, and why trying again may help.</summary>
internal static partial class StoreProblems
{
    /// <summary>ENOSPC and EDQUOT, as .NET reports them on Unix.</summary>
    private static readonly int[] _full = [28, 122];

    public static async ValueTask<object?> CatchAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        try
        {
            return await next(context);
        }
        catch (IOException exception) when (_full.Contains(exception.HResult))
        {
            LogFull(Logger(context), exception);
            return ProblemResults.Problem(StatusCodes.Status507InsufficientStorage, ArtifactSentences.StoreFull);
        }
        catch (BlobCollectedException)
        {
            return ProblemResults.Problem(StatusCodes.Status503ServiceUnavailable, ArtifactSentences.DeletedMeanwhile);
        }
        catch (Exception exception) when (IsUnavailable(exception))
        {
            LogUnavailable(Logger(context), exception);
            return ProblemResults.Problem(StatusCodes.Status503ServiceUnavailable, ArtifactSentences.StoreUnavailable);
        }
    }

    /// <summary>The object store cannot be reached, or refuses to work.</summary>
    public static bool IsUnavailable(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException;

    private static ILogger Logger(EndpointFilterInvocationContext context) =>
        context.HttpContext.RequestServices.GetRequiredService<ILogger<BlobLibrary>>();

    [LoggerMessage(1, LogLevel.Error, "The disk for artifact bytes is full.")]
    private static partial void LogFull(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "The store of artifact bytes does not answer.")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);
}
