using Docker.DotNet;
using DotNet.Testcontainers.Configurations;

namespace Platform.TestServers;

/// <summary>Finds the Docker engine that <c>DOCKER_HOST</c>, the current context or the usual socket names, if it answers.</summary>
internal static class DockerEngine
{
    private const string ApiVersion = "DOCKER_API_VERSION";
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    /// <returns>Its address; null, and why there is none.</returns>
    public static async Task<(Uri? Address, string Reason)> FindAsync()
    {
        using var client = new DockerClientBuilder().Build();
        try
        {
            var engine = await client.System.GetVersionAsync().WaitAsync(_limit);
            // Testcontainers asks for the API of Docker 25 unless it is told, and takes an engine that is older for none.
            var spoken = Version.Parse(engine.APIVersion);
            if (spoken < new Version(1, 44) && Environment.GetEnvironmentVariable(ApiVersion) is null)
            {
                Environment.SetEnvironmentVariable(ApiVersion, spoken.ToString());
            }
        }
        catch (Exception exception)
        {
            return (null, $"no Docker engine answers at {client.Options.Endpoint}: {exception.Message.TrimEnd('.')}");
        }

        return TestcontainersSettings.OS.DockerEndpointAuthConfig is { } found
            ? (found.Endpoint, "")
            : (null, $"Testcontainers does not get on with the Docker engine at {client.Options.Endpoint}");
    }
}
