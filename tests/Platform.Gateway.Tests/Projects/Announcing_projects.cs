using System.Collections.Concurrent;
using System.Net.Http.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Projects;
using Platform.Messaging;

namespace Platform.Gateway.Tests.Projects;

[Trait("suite", "integration")]
public sealed class Announcing_projects : IAsyncLifetime
{
    private readonly ConcurrentQueue<ProjectSetting> _heard = new();
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _gateway = await TestGateway.StartAnnouncingAsync(
            services => services.AddSingleton(_heard),
            bus => bus.AddServiceConsumer<Listener>("test"),
            "--Gateway:RequireTokens=always"
        );
        _gateway.Client.DefaultRequestHeaders.Authorization = new(
            "Bearer",
            await _gateway.TokenAsync("root", "administrator")
        );
    }

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task happens_with_every_change()
    {
        using var created = await _gateway.Client.PostAsJsonAsync(
            "/api/projects",
            new { path = "team/vision", retentionDays = 30 }
        );
        created.EnsureSuccessStatusCode();
        await HearsAsync("team/vision", 30, version: 1);

        using var changed = await _gateway.Client.PutAsJsonAsync("/api/projects/team/vision", new { });
        changed.EnsureSuccessStatusCode();
        await HearsAsync("team/vision", days: null, version: 2);
    }

    [Fact]
    public async Task covers_all_of_them()
    {
        for (var i = 0; i < 3; i++)
        {
            using var created = await _gateway.Client.PostAsJsonAsync(
                "/api/projects",
                new { path = $"p{i}", retentionDays = i + 1 }
            );
            created.EnsureSuccessStatusCode();
        }

        _heard.Clear();
        using var last = await _gateway.Client.PostAsJsonAsync("/api/projects", new { path = "last" });
        last.EnsureSuccessStatusCode();

        await HearsAsync("p0", 1, version: 1);
        await HearsAsync("p2", 3, version: 1);
        await HearsAsync("last", days: null, version: 1);
    }

    private Task HearsAsync(string path, int? days, long version) =>
        WaitFor.ConditionAsync(
            $"{path} to be announced with {days} days in version {version}",
            () =>
                Task.FromResult(
                    _heard.Any(project =>
                        project.Path == path && project.RetentionDays == days && project.Version == version
                    )
                )
        );

    private sealed class Listener(ConcurrentQueue<ProjectSetting> heard) : IConsumer<ProjectSettingsMessage>
    {
        public Task Consume(ConsumeContext<ProjectSettingsMessage> context)
        {
            foreach (var project in context.Message.Projects)
            {
                heard.Enqueue(project);
            }

            return Task.CompletedTask;
        }
    }
}
