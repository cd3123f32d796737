using System.Net;

namespace Platform.GpuAgent.Server;

/// <summary>The platform understood and said no; asking again the same way will not help.</summary>
internal sealed class PlatformRefusedException(HttpStatusCode status, string detail)
    : Exception($"{(int)status}: {detail}")
{
    public HttpStatusCode Status { get; } = status;

    public string Detail { get; } = detail;
}

/// <summary>The platform did not answer, or not in a way that says anything: ask again later.</summary>
internal sealed class PlatformUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
