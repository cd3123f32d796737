using System.Net;
using Platform.Contracts.Sentences;

namespace Platform.GpuAgent.Server;

/// <summary>The platform refused the request; repeating it will not help.</summary>
internal sealed class PlatformRefusedException(HttpStatusCode status, Sentence why)
    : Exception($"{(int)status}: {why.Text}")
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>What the platform said.</summary>
    public Sentence Why { get; } = why;
}

/// <summary>The platform did not answer, or not conclusively: retry later.</summary>
internal sealed class PlatformUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
