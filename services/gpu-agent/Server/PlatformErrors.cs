using System.Net;

namespace Platform.GpuAgent.Server;

/// <summary>The platform refused the request; repeating it will not help.</summary>
internal sealed class PlatformRefusedException(HttpStatusCode status, string detail)
    : Exception($"{(int)status}: {detail}")
{
    public HttpStatusCode Status { get; } = status;

    public string Detail { get; } = detail;
}

/// <summary>The platform did not answer, or not conclusively: retry later.</summary>
internal sealed class PlatformUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
