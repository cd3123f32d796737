using System.Reflection;

namespace Platform.Contracts.Services;

/// <summary>Which release this is.</summary>
public static class PlatformVersion
{
    /// <summary>The version of this release, without the commit: <c>0.2.0</c>. All programs of a release have the same.</summary>
    public static string Current { get; } =
        typeof(PlatformVersion)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];
}
