using System.Reflection;
using Platform.Contracts.Services;

namespace Platform.Hosting;

/// <summary>Finds the modules of services in the assemblies that <see cref="ServiceCatalog"/> names.</summary>
public static class ServiceModules
{
    /// <summary>The module of every service of the catalog, in its order.</summary>
    public static IReadOnlyList<IServiceModule> All() => [.. ServiceCatalog.All.Select(Of)];

    /// <summary>The module of one service; its assembly lies beside this program.</summary>
    /// <exception cref="InvalidOperationException">Its assembly has no module, or several.</exception>
    public static IServiceModule Of(ServiceDescription service)
    {
        ArgumentNullException.ThrowIfNull(service);
        var modules = Assembly
            .Load(service.Project)
            .GetExportedTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IServiceModule)))
            .ToList();
        return modules is [var module]
            ? (IServiceModule)Activator.CreateInstance(module)!
            : throw new InvalidOperationException(
                $"{service.Project} has {modules.Count} classes that implement {nameof(IServiceModule)}; it needs one."
            );
    }
}
