using Microsoft.Extensions.DependencyInjection;

namespace Platform.ServiceDefaults;

/// <summary>A folder whose disk is watched.</summary>
/// <param name="Name">Whose it is, as metrics and people name it: <c>artifacts</c>.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="IsShared">
/// Whether the whole platform depends on it: then nothing new is accepted while its disk is full. Else that concerns only what asks for
/// it by name.
/// </param>
internal sealed record WatchedFolder(string Name, Func<string> Path, bool IsShared);

/// <summary>Registers folders.</summary>
public static class WatchedFolderExtensions
{
    /// <summary>Adds a folder of this process, whose disk is watched.</summary>
    /// <param name="name">Whose it is, as the label <c>folder</c>.</param>
    /// <param name="path">Where it lies; asked for each time.</param>
    /// <param name="isShared">Whether nothing new is accepted while its disk is full; else only what names it is refused.</param>
    public static IServiceCollection AddWatchedFolder(
        this IServiceCollection services,
        string name,
        Func<IServiceProvider, string> path,
        bool isShared = true
    ) => services.AddSingleton(provider => new WatchedFolder(name, () => path(provider), isShared));
}
