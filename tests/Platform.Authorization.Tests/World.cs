using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.Contracts.Services;
using Platform.Gateway.Tokens;
using Platform.Hosting;

namespace Platform.Authorization.Tests;

/// <summary>
/// A platform twice on one database: in one process, and as services behind a gateway. Two nodes have joined; one runs the
/// second attempt of a job that reads <c>input</c> and makes <c>output</c>, the other runs another job.
/// </summary>
public sealed class World : IAsyncLifetime
{
    /// <summary>The job's present attempt.</summary>
    public const int Attempt = 2;

    /// <summary>What the blob <see cref="Sha"/> holds.</summary>
    public const string Content = "known bytes";

    /// <summary>With what nodes join.</summary>
    public const string JoinToken = "let-us-in-please";

    /// <summary>A value of the job's environment.</summary>
    public const string Secret = "environment-s3cret";

    private readonly TestFolder _folder = new();
    private readonly List<PlatformProcess> _processes = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private TestDatabase? _database;

    public static string Sha { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Content)));

    /// <summary>What all processes have logged.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    public string ConnectionString => _database!.ConnectionString;

    public Guid LeaseNode { get; } = Guid.CreateVersion7();

    public Guid OtherNode { get; } = Guid.CreateVersion7();

    public Guid Job { get; private set; }

    public Guid OtherJob { get; private set; }

    /// <summary>The job's run.</summary>
    public Guid Run { get; private set; }

    /// <summary>The id of nothing.</summary>
    public Guid Unknown { get; } = Guid.CreateVersion7();

    /// <summary>What everybody signs in with.</summary>
    internal Credentials Credentials { get; } = new();

    /// <summary>The platform in one process.</summary>
    internal PlatformProcess Whole { get; private set; } = null!;

    internal PlatformProcess Gateway { get; private set; } = null!;

    /// <summary>The services behind the gateway, by name.</summary>
    internal Dictionary<string, PlatformProcess> Services { get; } = new(StringComparer.Ordinal);

    /// <summary>The bus of the platform in one process.</summary>
    private IBus Bus => Whole.Services.GetRequiredService<IBus>();

    public static HttpContent Heartbeat(World world) =>
        JsonContent.Create(
            new NodeHeartbeat
            {
                NodeId = world.LeaseNode,
                At = TimeProvider.System.GetUtcNow(),
                Inventory = Inventory("lease"),
            }
        );

    /// <summary>A version that the job made.</summary>
    public static HttpContent Version(World world) =>
        JsonContent.Create(
            new
            {
                files = new[]
                {
                    new
                    {
                        path = "data.txt",
                        size = Content.Length,
                        sha256 = Sha,
                    },
                },
                jobId = world.Job,
                attempt = Attempt,
            }
        );

    /// <summary>For which attempt an agent reads.</summary>
    public static string For(World world) => $"?job={world.Job}&attempt={Attempt}";

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        Whole = await StartAsync(PlatformProcess.WholeAsync(Settings(), Log));
        foreach (var service in ServiceCatalog.All)
        {
            var module = ServiceModules.Of(service);
            Services[service.Name] = await StartAsync(
                PlatformProcess.ServiceAsync(service.Name, module, Settings(), Log)
            );
        }

        Gateway = await StartAsync(
            PlatformProcess.GatewayAsync(
                [.. Settings(), .. Services.Select(service => $"--Gateway:{service.Key}={service.Value.Address}")],
                Log
            )
        );
        await Credentials.SignInUsersAsync(Whole.Services.GetRequiredService<GatewayTokens>(), this);
        await JoinAsync(LeaseNode, "lease");
        await JoinAsync(OtherNode, "other");
        await MakeVersionAsync("input", Asker.Administrator);
        (Job, Run) = await SubmitAsync("lease");
        (OtherJob, _) = await SubmitAsync("other");
        Credentials.SignInMachines(this);
        await RunAsync(Job, LeaseNode, 1);
        await Bus.Publish(Exited(Job, LeaseNode));
        await RunAsync(Job, LeaseNode, Attempt);
        await RunAsync(OtherJob, OtherNode, 1);
        await HearAsync();
        await MakeVersionAsync("output", Asker.OwnJob);
    }

    public async Task DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        _http.Dispose();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Sends a row's request.</summary>
    /// <param name="to">A process's address.</param>
    internal async Task<HttpResponseMessage> SendAsync(
        Row row,
        Uri to,
        string? token,
        params (string Name, string Value)[] headers
    )
    {
        var method = row.Method.Split(',')[0];
        using var request = new HttpRequestMessage(
            new HttpMethod(method is "ANY" ? "GET" : method),
            new Uri(to, row.Path(this))
        );
        request.Content = row.Body(this);
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token.Contains(' ') ? token : $"Bearer {token}");
        }

        if (method is not ("GET" or "HEAD" or "ANY"))
        {
            // Where it is honoured, whoever may change something gets 412 and changes nothing.
            request.Headers.TryAddWithoutValidation("If-Match", "\"999999\"");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Sends a request that is no row's.</summary>
    internal async Task<(int Status, string Body)> SendAsync(
        HttpMethod method,
        string path,
        Asker asker,
        HttpContent? content = null
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(Whole.Address, path)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Credentials.TokenOf(asker));
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static NodeInventory Inventory(string zone) =>
        new()
        {
            Hostname = zone,
            Os = "Debian 12",
            AgentVersion = "0.1.0",
            Cpus = 4,
            MemoryMiB = 8192,
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["zone"] = zone },
        };

    private static ProcessExited Exited(Guid job, Guid node) =>
        new()
        {
            ReportId = Guid.CreateVersion7(),
            NodeId = node,
            JobId = job,
            Attempt = 1,
            At = TimeProvider.System.GetUtcNow(),
            Reason = EndReasons.ExitCode,
            ExitCode = 1,
        };

    private string[] Settings() => SettingsFor(_database!.ConnectionString, _folder);

    internal static string[] SettingsFor(string connection, TestFolder folder) =>
        [
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:Platform={connection}",
            "--Logging:Level=Error",
            SignedIn.Setting,
            "--Gateway:RequireTokens=Always",
            $"--Gateway:WebRoot={folder.In("no-web-app")}",
            $"--Nodes:JoinToken={JoinToken}",
            "--Nodes:PollSeconds=0.05",
            "--Nodes:MissedHeartbeats=100",
            $"--Artifacts:Folder={folder.In("blobs")}",
        ];

    private async Task<PlatformProcess> StartAsync(Task<PlatformProcess> starting)
    {
        var process = await starting;
        _processes.Add(process);
        return process;
    }

    private async Task JoinAsync(Guid node, string zone)
    {
        using var response = await _http.PostAsJsonAsync(
            new Uri(Whole.Address, "/api/nodes/join"),
            new JoinRequest
            {
                NodeId = node,
                Name = zone,
                Token = JoinToken,
                Inventory = Inventory(zone),
            }
        );
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task MakeVersionAsync(string name, Asker maker)
    {
        var put = await SendAsync(
            HttpMethod.Put,
            $"/api/artifacts/blobs/{Sha}",
            maker,
            new ByteArrayContent(Encoding.UTF8.GetBytes(Content))
        );
        Assert.True(put.Status is 200 or 201, put.Body);
        var files = new[]
        {
            new
            {
                path = "data.txt",
                size = Content.Length,
                sha256 = Sha,
            },
        };
        var made = await SendAsync(
            HttpMethod.Post,
            $"/api/artifacts/{name}/versions",
            maker,
            JsonContent.Create(new { files })
        );
        Assert.True(made.Status == 201, made.Body);
    }

    private async Task<(Guid Job, Guid Run)> SubmitAsync(string zone)
    {
        var job = new
        {
            name = zone,
            command = new[] { "true" },
            inputs = zone is "lease" ? new[] { new { artifact = "input:latest", path = "in" } } : [],
            outputs = zone is "lease" ? new[] { new { artifact = "output", path = "out" } } : [],
            retry = new { maxAttempts = 2, backoffSeconds = 0 },
            labels = new { zone },
            env = new Dictionary<string, string>(StringComparer.Ordinal) { ["API_KEY"] = Secret },
        };
        var (status, body) = await SendAsync(
            HttpMethod.Post,
            "/api/jobs",
            Asker.Administrator,
            JsonContent.Create(job)
        );
        Assert.True(status == 201, body);
        var submitted = JsonNode.Parse(body)!;
        return (submitted["id"]!.GetValue<Guid>(), submitted["runId"]!.GetValue<Guid>());
    }

    /// <summary>Waits until an attempt is placed, and says as its agent that it runs.</summary>
    private async Task RunAsync(Guid job, Guid node, int attempt)
    {
        await WaitForStatusAsync(job, attempt, "placed", "running");
        await Bus.Publish(
            new ProcessStarted
            {
                ReportId = Guid.CreateVersion7(),
                NodeId = node,
                JobId = job,
                Attempt = attempt,
                At = TimeProvider.System.GetUtcNow(),
            }
        );
        await WaitForStatusAsync(job, attempt, "running");
    }

    private async Task WaitForStatusAsync(Guid job, int attempt, params string[] statuses)
    {
        var body = "";
        await WaitFor.ConditionAsync(
            $"attempt {attempt} to be {string.Join(" or ", statuses)}",
            async () =>
            {
                (_, body) = await SendAsync(HttpMethod.Get, $"/api/jobs/{job}", Asker.Administrator);
                var now = JsonNode.Parse(body)!;
                return now["attempt"]!.GetValue<int>() == attempt
                    && statuses.Contains(now["status"]!.GetValue<string>(), StringComparer.Ordinal);
            },
            describe: () => body
        );
    }

    /// <summary>Waits until the services that keep no jobs have heard where the attempts run.</summary>
    private async Task HearAsync()
    {
        foreach (
            var (path, asker, status) in new[]
            {
                ($"/api/artifacts/input/versions/latest{For(this)}", Asker.LeaseNode, 200),
                ($"/api/artifacts/input/versions/latest?job={OtherJob}&attempt=1", Asker.OtherNode, 403),
                ($"/api/runs/{Run}", Asker.OwnJob, 200),
                ($"/api/runs/{Run}/folder", Asker.OwnJob, 200),
            }
        )
        {
            await WaitFor.ConditionAsync(
                $"{asker} to get {status} for {path}",
                async () => (await SendAsync(HttpMethod.Get, path, asker)).Status == status
            );
        }

        await WaitFor.ConditionAsync(
            "tracking to know where the job runs",
            async () =>
                (
                    await SendAsync(HttpMethod.Patch, $"/api/runs/{Run}", Asker.LeaseNode, JsonContent.Create(new { }))
                ).Status == 200
        );
        await WaitFor.ConditionAsync(
            "tracking to know where the job does not run",
            async () =>
                (
                    await SendAsync(HttpMethod.Patch, $"/api/runs/{Run}", Asker.OtherNode, JsonContent.Create(new { }))
                ).Status == 403
        );
    }
}
