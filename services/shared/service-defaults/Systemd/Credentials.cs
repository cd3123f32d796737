using Microsoft.Extensions.Configuration;

namespace Platform.ServiceDefaults;

/// <summary>Settings in files that systemd shows to one service alone.</summary>
public static class Credentials
{
    private const string Folder = "CREDENTIALS_DIRECTORY";

    /// <summary>Adds one setting for each file; none where there is no such folder. They override what was added before.</summary>
    public static IConfigurationBuilder AddCredentials(this IConfigurationBuilder builder) =>
        Environment.GetEnvironmentVariable(Folder) is { Length: > 0 } folder
            ? builder.AddKeyPerFile(folder, optional: true)
            : builder;
}
