using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Platforms;
using Platform.Cli.Server;
using Platform.Contracts.Services;
using Platform.LocalServers;

namespace Platform.Cli.Cluster;

internal static class ClusterUp
{
    private const int DefaultPort = 5080;
    private static readonly TimeSpan _readyLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _seenByGateways = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var port = Up.PortOption();
        var nodes = new Option<int>("--nodes")
        {
            Description = "How many agents, 0 to 64.",
            DefaultValueFactory = _ => 1,
        };
        nodes.AcceptOnlyBetween(0, 64, "--nodes must be between 0 and 64.");
        var replicas = new Option<int>("--replicas")
        {
            Description = "How many processes of each service, and how many gateways: 1 or 2.",
            DefaultValueFactory = _ => 1,
        };
        replicas.AcceptOnlyBetween(1, 2, "--replicas must be 1 or 2.");
        return new Command("up", "Start the cluster's processes that are not running, and return when it is ready.")
        {
            port,
            nodes,
            replicas,
        }.Does(context =>
            RunAsync(context, context.Value(port), new ClusterSize(context.Value(replicas), context.Value(nodes)))
        );
    }

    private static async Task<int> RunAsync(CommandContext context, int? port, ClusterSize size)
    {
        var folder = new ClusterFolder(context.DataPath);
        using var claim = folder.Claim();
        var broker = LocalRabbitMq.StartAsync(folder.RabbitMq, context.Error.WriteLine, context.Cancelled);
        var postgres = PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Folder = folder.Postgres },
            context.Error.WriteLine,
            context.Cancelled
        );
        await Task.WhenAll(broker, postgres);

        var plan = new ClusterPlan(
            folder,
            (await postgres).ConnectionString,
            await broker,
            port is null or 0 ? SavedPort(folder, port) : folder.SavePort("gateway", port.Value),
            size
        );
        await StartMissingAsync(context, folder, plan, size);
        await WaitUntilReadyAsync(context, folder, plan, size);
        var gateway = folder.Processes().Single(process => process.Name is "gateway");
        RunningPlatform.Announce(folder.Data, plan.Url, gateway.Process());
        var url = plan.Url.AbsoluteUri.TrimEnd('/');
        return context.PrintDone($"Cluster is ready at {url}", new JsonObject { ["url"] = url });
    }

    private static int SavedPort(ClusterFolder folder, int? requested) =>
        requested is 0 || File.Exists(folder.Data.PathOf("ports", "gateway"))
            ? folder.PortOf("gateway")
            : folder.SavePort("gateway", DefaultPort);

    /// <summary>
    /// Starts planned processes that are not running; replaces running ones that differ from the plan, such as those of another release,
    /// one after the other where there are others that answer meanwhile.
    /// </summary>
    private static async Task StartMissingAsync(
        CommandContext context,
        ClusterFolder folder,
        ClusterPlan plan,
        ClusterSize size
    )
    {
        var planned = plan.Processes();
        var running = folder.Processes().Where(process => process.Process().IsRunning).ToList();
        var others = running.Where(process => !planned.Any(wanted => IsAsPlanned(process, wanted))).ToList();
        var oneByOne = size.Replicas > 1;
        foreach (var old in others.Where(old => !oneByOne || !planned.Any(wanted => HasSameName(old, wanted))))
        {
            await StopAsync(context, folder, old);
        }

        foreach (var wanted in planned.Where(wanted => !running.Any(process => IsAsPlanned(process, wanted))))
        {
            var replaced = oneByOne ? others.FirstOrDefault(old => HasSameName(old, wanted)) : null;
            if (replaced is not null)
            {
                await StopAsync(context, folder, replaced);
            }

            await context.Error.WriteLineAsync($"Starting {wanted.Name} …");
            var log = folder.LogOf(wanted.Name);
            var process = LocalProcess.Start(wanted.Command, folder.Data.Root, log, wanted.Environment);
            folder.Remember(new ClusterProcess(wanted.Name, process.Id, process.StartedAt, wanted.Definition, log));
            if (replaced is not null)
            {
                await WaitForReplicaAsync(wanted, process, context.Cancelled);
            }
        }
    }

    private static async Task StopAsync(CommandContext context, ClusterFolder folder, ClusterProcess process)
    {
        await context.Error.WriteLineAsync($"Stopping {process.Name} …");
        await process.Process().StopAsync(_stopLimit, context.Cancelled);
        folder.Forget(process);
    }

    /// <summary>Waits until a replica is ready and the gateways, which ask every second, know it. What does not become ready is reported later.</summary>
    private static async Task WaitForReplicaAsync(
        PlannedProcess replica,
        LocalProcess process,
        CancellationToken cancellationToken
    )
    {
        var watch = Stopwatch.StartNew();
        while (
            process.IsRunning
            && watch.Elapsed < _readyLimit
            && await WhyUnreadyAsync(replica.Address, cancellationToken) is not null
        )
        {
            await Task.Delay(200, cancellationToken);
        }

        await Task.Delay(_seenByGateways, cancellationToken);
    }

    private static bool HasSameName(ClusterProcess process, PlannedProcess wanted) =>
        string.Equals(process.Name, wanted.Name, StringComparison.Ordinal);

    private static bool IsAsPlanned(ClusterProcess process, PlannedProcess wanted) =>
        HasSameName(process, wanted) && string.Equals(process.Definition, wanted.Definition, StringComparison.Ordinal);

    private static async Task WaitUntilReadyAsync(
        CommandContext context,
        ClusterFolder folder,
        ClusterPlan plan,
        ClusterSize size
    )
    {
        using var client = new PlatformClient(plan.Url, context.TokenFor(plan.Url));
        var watch = Stopwatch.StartNew();
        while (
            (
                await FindMissingAsync(client, size.Nodes, context.Cancelled)
                ?? await FindUnreadyAsync(plan, context.Cancelled)
            )
                is { } missing
        )
        {
            if (folder.Processes().Where(process => !process.Process().IsRunning).ToList() is { Count: > 0 } ended)
            {
                throw new CliException(string.Join('\n', ended.Select(WhyEnded)));
            }

            if (watch.Elapsed > _readyLimit)
            {
                throw new CliException(
                    $"The cluster is not ready after {_readyLimit.TotalSeconds:0} s: {missing} Logs: {folder.Data.PathOf("logs")}"
                );
            }

            await Task.Delay(200, context.Cancelled);
        }
    }

    private static string WhyEnded(ClusterProcess process)
    {
        var message = LogTail.LastMessage(LogTail.LastLines(process.Log, 100));
        return $"{process.Name} ended while it started: {message} (log: {process.Log})";
    }

    /// <summary>Null when each process of each service, and each gateway, is ready.</summary>
    private static async Task<string?> FindUnreadyAsync(ClusterPlan plan, CancellationToken cancellationToken)
    {
        foreach (var address in ServiceCatalog.Schemas.SelectMany(plan.AddressesOf))
        {
            if (await WhyUnreadyAsync(address, cancellationToken) is { } why)
            {
                return why;
            }
        }

        return null;
    }

    /// <summary>Null when a process says that requests should come to it.</summary>
    private static async Task<string?> WhyUnreadyAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new PlatformClient(address, token: null);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health/self");
            using var response = await client.TrySendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? null
                : $"{address} says: {await response.Content.ReadAsStringAsync(cancellationToken)}";
        }
        catch (CliException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Null when the gateway and all services behind it are ready and every agent has joined.</summary>
    private static async Task<string?> FindMissingAsync(
        PlatformClient client,
        int nodes,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health/ready");
            using var response = await client.TrySendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return await response.Content.ReadAsStringAsync(cancellationToken);
            }

            using var list = new HttpRequestMessage(HttpMethod.Get, "/api/nodes");
            using var listed = await client.TrySendAsync(list, cancellationToken);
            if (listed.StatusCode is HttpStatusCode.Unauthorized)
            {
                // A platform that asks everybody for a token is up before the first token can be made.
                return null;
            }

            listed.EnsureSuccessStatusCode();
            var online = (await listed.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!
                .Items()
                .Where(node => node.Field("status") is not "offline")
                .Select(node => node.Field("name"))
                .ToHashSet(StringComparer.Ordinal);
            var missing = Enumerable
                .Range(1, nodes)
                .Select(ClusterPlan.AgentName)
                .Except(online, StringComparer.Ordinal);
            return string.Join(", ", missing) is { Length: > 0 } names ? $"{names} did not join." : null;
        }
        catch (CliException exception)
        {
            return exception.Message;
        }
    }
}
