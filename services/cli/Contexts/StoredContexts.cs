using System.Text.Json;
using Platform.LocalServers;
using Platform.Sdk;

namespace Platform.Cli.Contexts;

/// <summary>The platforms that this user signed in to, and the one that commands use.</summary>
internal sealed record StoredContexts(string? CurrentContext, IReadOnlyList<StoredContext> Contexts)
{
    public static readonly StoredContexts None = new(CurrentContext: null, []);

    /// <summary>The one in use; null when none is.</summary>
    /// <exception cref="CliException">The one in use does not exist.</exception>
    public StoredContext? GetCurrent() =>
        CurrentContext is { } name
            ? Find(name)
                ?? throw new CliException(
                    $"The context in use, '{name}', does not exist. Choose one with './platform contexts use NAME'; './platform contexts list' lists them."
                )
            : null;

    /// <summary>Null when there is none of this name.</summary>
    public StoredContext? Find(string name) =>
        Contexts.FirstOrDefault(context => string.Equals(context.Name, name, StringComparison.Ordinal));

    /// <exception cref="CliException">There is none of this name.</exception>
    public StoredContext Get(string name) =>
        Find(name) ?? throw new CliException($"There is no context '{name}'. './platform contexts list' lists them.");

    /// <summary>With this context in place of one of the same name.</summary>
    public StoredContexts With(StoredContext context) =>
        this with
        {
            Contexts =
            [
                .. Contexts
                    .Where(other => other.Name != context.Name)
                    .Append(context)
                    .OrderBy(one => one.Name, StringComparer.Ordinal),
            ],
        };

    public StoredContexts Without(string name) =>
        new(
            string.Equals(CurrentContext, name, StringComparison.Ordinal) ? null : CurrentContext,
            [.. Contexts.Where(context => !string.Equals(context.Name, name, StringComparison.Ordinal))]
        );
}

/// <summary>The file with <see cref="StoredContexts"/>. It has tokens in it, so that nobody but its owner may read it.</summary>
internal sealed class ContextFile(string path)
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        AllowDuplicateProperties = false,
    };

    /// <summary><c>$XDG_CONFIG_HOME/platform/config.json</c>, else below <c>~/.config</c>.</summary>
    /// <param name="variable">Environment variables by name.</param>
    public static ContextFile Default(Func<string, string?> variable) =>
        new(
            Path.Combine(
                variable("XDG_CONFIG_HOME") is { } home && Path.IsPathFullyQualified(home)
                    ? home
                    : Path.Combine(
                        Environment.GetFolderPath(
                            Environment.SpecialFolder.UserProfile,
                            Environment.SpecialFolderOption.DoNotVerify
                        ),
                        ".config"
                    ),
                "platform",
                "config.json"
            )
        );

    /// <exception cref="CliException">Others can read the file, or it is no such file.</exception>
    public StoredContexts Read()
    {
        try
        {
            if (Path.Exists(path) && !Directory.Exists(path) && !ArtifactFolder.IsRegular(path))
            {
                // Opening a FIFO would wait for its writer.
                throw new CliException($"{path} is no regular file.");
            }

            using var file = File.OpenRead(path);
            if (
                !OperatingSystem.IsWindows()
                && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != UnixFileMode.None
            )
            {
                throw new CliException(
                    $"{path} holds tokens and is open to other users of this machine. Close it with: chmod 600 {path}"
                );
            }

            var contexts = JsonSerializer.Deserialize<StoredContexts>(file, _json);
            return contexts is { Contexts: { } all } && all.All(IsComplete)
                ? contexts
                : throw new JsonException("A context has no name or address.");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return StoredContexts.None;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Unreadable(path, exception);
        }
        catch (JsonException exception)
        {
            // Not its message, which may quote what is in the file.
            throw new CliException($"{path} is not a file of contexts. Correct or remove it.", exception);
        }
    }

    /// <summary>Replaces the file in one step.</summary>
    public void Write(StoredContexts contexts)
    {
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(
                    folder,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                );
            }

            SecretFile.Write(path, JsonSerializer.Serialize(contexts, _json) + "\n");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Unwritable(path, exception);
        }
    }

    private static bool IsComplete(StoredContext context) =>
        context is { Name.Length: > 0, Server: { IsAbsoluteUri: true, Scheme: "http" or "https" } };
}
