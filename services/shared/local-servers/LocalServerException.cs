namespace Platform.LocalServers;

/// <summary>A local server cannot be started or stopped. The message is for people: what is wrong and what to do.</summary>
public sealed class LocalServerException(string message, Exception? inner = null) : Exception(message, inner);
