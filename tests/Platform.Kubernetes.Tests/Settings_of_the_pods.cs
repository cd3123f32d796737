using System.Reflection;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Platform.Artifacts;
using Platform.Contracts.Services;
using Platform.Gateway;
using Platform.GpuAgent;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Kubernetes.Tests;

public sealed class Settings_of_the_pods
{
    private static readonly Dictionary<string, Type> _sections = new(StringComparer.Ordinal)
    {
        ["Agent"] = typeof(AgentOptions),
        ["Artifacts"] = typeof(ArtifactsOptions),
        ["Gateway"] = typeof(GatewayOptions),
        ["Messaging"] = typeof(MessagingOptions),
        ["Nodes"] = typeof(NodesOptions),
        ["Platform"] = typeof(TokenOptions),
    };

    /// <summary>Those that no class of options has, and those that are not ours.</summary>
    private static readonly HashSet<string> _others =
    [
        "ConnectionStrings:Platform",
        "Logging:Format",
        .. ServiceCatalog.All.Select(service => service.AddressSetting),
        "HOME",
        "NVIDIA_VISIBLE_DEVICES",
        "NVIDIA_DRIVER_CAPABILITIES",
    ];

    private static readonly Dictionary<string, string> _filled = new(StringComparer.Ordinal)
    {
        ["Messaging:RabbitMq"] = "amqps://platform:secret@broker.example:5671/",
        ["Messaging:Management"] = "https://admin:secret@broker.example:15671/",
        ["Platform:TokenKey"] = "nVsJSipQ3HpdmPK1RqOYISNR5RZBM7VGH8x5jhSjQ2I=",
    };

    public static TheoryData<string> Services => [.. ServiceCatalog.Schemas];

    [Fact]
    public async Task are_known_to_the_programs()
    {
        foreach (var overlay in await Overlay.RenderAllAsync())
        {
            foreach (var workload in overlay.Workloads.Where(one => !IsOfOthers(one)))
            {
                foreach (var container in workload.Containers)
                {
                    var settings = await ReadAsync(overlay, container);
                    Assert.All(settings.Keys, key => Assert.True(IsKnown(key), $"{workload}: {key}"));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task let_every_service_start_in_dev(string service) =>
        Assert.Equal("", await RefusalAsync(service, await OfServiceAsync("dev", service)));

    [Theory]
    [MemberData(nameof(Services))]
    public async Task let_every_service_start_in_production_once_the_example_is_filled_in(string service)
    {
        var settings = await OfServiceAsync("production", service);

        Assert.NotEqual("", await RefusalAsync(service, settings));
        foreach (var (key, value) in _filled.Where(filled => settings.ContainsKey(filled.Key)))
        {
            settings[key] = value;
        }

        Assert.Equal("", await RefusalAsync(service, settings));
    }

    [Fact]
    public async Task of_migrations_are_the_database_alone()
    {
        var overlay = await Overlay.RenderAsync("production");

        foreach (var container in Assert.Single(overlay.All<V1Job>()).Spec.Template.Spec.Containers)
        {
            Assert.True(MigrateCommand.Matches([.. container.Args]));
            Assert.Null(container.Command);
            Assert.EndsWith($"platform/{container.Name}:0.1.0", container.Image, StringComparison.Ordinal);
            Assert.Equal(
                ["ConnectionStrings:Platform", "Logging:Format"],
                (await ReadAsync(overlay, container)).Keys.Order(StringComparer.Ordinal)
            );
        }
    }

    /// <summary>Composes a service as its <c>Program.cs</c> does, and says why it would not start.</summary>
    private static async Task<string> RefusalAsync(string service, Dictionary<string, string> settings)
    {
        string[] args = [.. settings.Select(setting => $"--{setting.Key}={setting.Value}")];
        var builder = PlatformService.CreateBuilder(args, service);
        try
        {
            await using var app = Build(service, builder);
            using var errors = new StringWriter();
            Assert.Equal(await app.CheckSettingsAsync(errors), errors.ToString().Length == 0);
            return errors.ToString();
        }
        catch (InvalidOperationException exception)
        {
            return exception.Message;
        }
    }

    private static WebApplication Build(string service, WebApplicationBuilder builder)
    {
        if (service is not ServiceCatalog.Gateway)
        {
            return ServiceProcess.Build(
                builder,
                ServiceModules.Of(ServiceCatalog.All.Single(described => described.Name == service))
            );
        }

        builder.AddGateway();
        builder.AddGatewayProxy();
        builder.AddGatewayMessaging();
        return builder.Build();
    }

    private static async Task<Dictionary<string, string>> OfServiceAsync(string name, string service)
    {
        var overlay = await Overlay.RenderAsync(name);
        var deployment = overlay.All<V1Deployment>().Single(one => one.Metadata.Name == service);
        return await ReadAsync(overlay, Assert.Single(deployment.Spec.Template.Spec.Containers));
    }

    /// <summary>The settings of a container, as the cluster would hand them to it.</summary>
    private static async Task<Dictionary<string, string>> ReadAsync(Overlay overlay, V1Container container)
    {
        var maps = overlay.All<V1ConfigMap>();
        var secrets = await Secrets.OfAsync(overlay.Name);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in container.EnvFrom ?? [])
        {
            foreach (var (key, value) in maps.Single(map => map.Metadata.Name == source.ConfigMapRef.Name).Data)
            {
                settings[Key(key)] = value;
            }
        }

        foreach (var variable in container.Env ?? [])
        {
            var secret = variable.ValueFrom?.SecretKeyRef;
            var data = secrets.SingleOrDefault(one => one.Metadata.Name == secret?.Name)?.StringData;
            if (secret is null)
            {
                settings[Key(variable.Name)] = variable.Value ?? variable.ValueFrom!.FieldRef.FieldPath;
            }
            else if (data is not null && data.TryGetValue(secret.Key, out var value))
            {
                settings[Key(variable.Name)] = value;
            }
        }

        return settings;
    }

    private static string Key(string variable) => variable.Replace("__", ":", StringComparison.Ordinal);

    private static bool IsOfOthers(Workload workload) => workload.Owner is V1StatefulSet;

    private static bool IsKnown(string key)
    {
        var parts = key.Split(':');
        if (_others.Contains(key) || !_sections.TryGetValue(parts[0], out var type))
        {
            return _others.Contains(key);
        }

        foreach (var part in parts.Skip(1))
        {
            if (int.TryParse(part, System.Globalization.CultureInfo.InvariantCulture, out _))
            {
                return type.IsGenericType;
            }

            if (type.GetProperty(part, BindingFlags.Public | BindingFlags.Instance) is not { } property)
            {
                return false;
            }

            type = property.PropertyType;
        }

        return true;
    }
}
