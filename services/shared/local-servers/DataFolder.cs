using System.Security.Cryptography;

namespace Platform.LocalServers;

/// <summary>The folder in which one platform keeps everything: database, artifacts, work folders, secrets, logs.</summary>
public sealed class DataFolder
{
    /// <summary>Opens the folder and creates it when it is not there.</summary>
    /// <param name="path">What the caller asked for; when null the <see cref="Default"/>.</param>
    public DataFolder(string? path = null)
    {
        Root = RootOf(path);
        CreatePrivate(Root);
    }

    /// <summary>The folder's full path, which need not exist.</summary>
    /// <inheritdoc cref="DataFolder(string?)" path="/param" />
    public static string RootOf(string? path) => Path.GetFullPath(string.IsNullOrWhiteSpace(path) ? Default : path);

    /// <summary>
    /// <c>PLATFORM_DATA</c>, else <c>/var/lib/platform</c> for root (its PostgreSQL runs as another user, who may not enter
    /// <c>/root</c>) and <c>~/.local/share/platform</c> for everybody else.
    /// </summary>
    public static string Default
    {
        get
        {
            if (Environment.GetEnvironmentVariable("PLATFORM_DATA") is { Length: > 0 } given)
            {
                return given;
            }

            return Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows()
                ? "/var/lib/platform"
                : Path.Combine(
                    Environment.GetFolderPath(
                        Environment.SpecialFolder.LocalApplicationData,
                        Environment.SpecialFolderOption.DoNotVerify
                    ),
                    "platform"
                );
        }
    }

    /// <summary>The absolute path.</summary>
    public string Root { get; }

    /// <summary>The path of a file or folder inside; nothing is created.</summary>
    public string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>A folder inside that only this user may enter; created when it is not there.</summary>
    public string Folder(params ReadOnlySpan<string> parts)
    {
        var path = PathOf(parts);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    /// <summary>A secret that lives as long as the folder: 32 random bytes, made at the first call, in a file with mode 600.</summary>
    /// <returns>The secret in Base64.</returns>
    public string Secret(string name)
    {
        Folder("secrets");
        return SecretFile.ReadOrCreate(
            PathOf("secrets", name),
            () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))
        );
    }

    /// <summary>A secret that somebody put there; null when there is none.</summary>
    public string? FindSecret(string name) =>
        File.Exists(PathOf("secrets", name)) ? File.ReadAllText(PathOf("secrets", name)).Trim() : null;

    /// <summary>Takes the folder for this process; the operating system gives it back when the process ends, however it ends.</summary>
    /// <param name="whenTaken">What to say when it is taken, instead of how to stop the platform that uses it.</param>
    /// <exception cref="LocalServerException">Another platform uses it.</exception>
    public IDisposable Lock(string? whenTaken = null)
    {
        var path = PathOf("platform.lock");
        try
        {
            // On Unix, FileShare.None is flock(LOCK_EX | LOCK_NB).
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new LocalServerException(
                whenTaken
                    ?? $"Another platform uses the data folder {Root}. Stop it with './platform down --data {Root}', or choose another folder with --data.",
                exception
            );
        }
    }

    private static void CreatePrivate(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
                return;
            }

            // Others may pass through, not look: root's PostgreSQL runs as another user and must reach its own folder.
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            const UnixFileMode PassThrough = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            Directory.CreateDirectory(path, Environment.IsPrivilegedProcess ? Owner | PassThrough : Owner);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalServerException(
                $"The data folder {path} cannot be created: {FileProblems.ReasonOf(exception)}.",
                exception
            );
        }
    }
}
