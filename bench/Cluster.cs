using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.LocalServers;
using Platform.ServiceDefaults;

namespace Platform.Bench;

/// <summary>One process of a cluster.</summary>
internal sealed record ClusterProgram(string Name, int Pid);

/// <summary>A local cluster: the release builds, started with the command that users run.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly string _data;
    private readonly IReadOnlyDictionary<string, string>? _environment;
    private readonly int _replicas;

    private Cluster(string data, Uri address, IReadOnlyDictionary<string, string>? environment, int replicas)
    {
        (_data, _environment, _replicas) = (data, environment, replicas);
        Address = address;
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
    }

    /// <summary>The gateway.</summary>
    public Uri Address { get; }

    /// <summary>A client of the gateway.</summary>
    public HttpClient Http { get; }

    /// <param name="environment">Variables of its processes.</param>
    /// <param name="replicas">Processes of each service, and gateways.</param>
    /// <param name="programs">The built programs of another release that it starts with.</param>
    public static async Task<Cluster> StartAsync(
        string data,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? environment = null,
        int replicas = 1,
        string? programs = null
    )
    {
        var cluster = new Cluster(data, new Uri($"http://127.0.0.1:{Ports.Free()}"), environment, replicas);
        try
        {
            await cluster.UpAsync(cancellationToken, programs);
        }
        catch
        {
            // Processes that did start must not outlive the run.
            await cluster.DisposeAsync();
            throw;
        }

        return cluster;
    }

    /// <summary>Starts processes that are not running, and replaces those that are of another release or have other settings.</summary>
    /// <param name="programs">The built programs of another release.</param>
    public Task UpAsync(CancellationToken cancellationToken, string? programs = null) =>
        PlatformAsync(
            ["cluster", "up", "--data", _data, "--port", $"{Address.Port}", "--replicas", $"{_replicas}"],
            cancellationToken,
            _environment,
            programs
        );

    /// <summary>Gives its processes another setting, so that they are replaced when it is brought up: a key that was used before.</summary>
    public void ChangeSettings()
    {
        var secrets = Path.Combine(_data, "cluster", "secrets");
        File.Copy(Path.Combine(secrets, "token-key"), Path.Combine(secrets, "previous-token-key"), overwrite: true);
    }

    /// <summary>A service's own address, without the gateway.</summary>
    public Uri AddressOf(string service) =>
        new($"http://127.0.0.1:{File.ReadAllText(Path.Combine(_data, "cluster", "ports", service)).Trim()}");

    /// <summary>What a service is sent by the gateway for whoever runs the platform; good for two minutes.</summary>
    public AuthenticationHeaderValue InternalCredential()
    {
        var key = File.ReadAllText(Path.Combine(_data, "cluster", "secrets", "token-key")).Trim();
        var keys = new SigningKeys(Options.Create(new TokenOptions { TokenKey = key }));
        return new("Bearer", new InternalTokens(keys, TimeProvider.System).Create(Caller.Local));
    }

    public async Task<IReadOnlyList<ClusterProgram>> ProgramsAsync(CancellationToken cancellationToken)
    {
        var text = await PlatformAsync(["cluster", "status", "--data", _data, "--json"], cancellationToken);
        using var status = JsonDocument.Parse(text);
        return
        [
            .. status
                .RootElement.GetProperty("processes")
                .EnumerateArray()
                .Select(process => new ClusterProgram(
                    process.GetProperty("name").GetString()!,
                    process.GetProperty("pid").GetInt32()
                )),
        ];
    }

    /// <summary>The broker of this cluster.</summary>
    public Task<LocalRabbitMq> BrokerAsync(CancellationToken cancellationToken) =>
        LocalRabbitMq.StartAsync(Path.Combine(_data, "cluster", "rabbitmq"), cancellationToken: cancellationToken);

    /// <summary>The database of this cluster.</summary>
    public Task<PrivatePostgres> DatabaseAsync(CancellationToken cancellationToken) =>
        PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Folder = Path.Combine(_data, "cluster", "postgres") },
            cancellationToken: cancellationToken
        );

    /// <summary>Submits a job with minimal resources.</summary>
    public async Task<Guid> SubmitAsync(
        IReadOnlyList<string> command,
        CancellationToken cancellationToken,
        double cpus = 0.25
    )
    {
        var body = JsonSerializer.SerializeToElement(
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["name"] = "bench",
                ["command"] = command,
                ["resources"] = new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    ["gpus"] = 0,
                    ["cpus"] = cpus,
                    ["memoryMiB"] = 16,
                },
            }
        );
        using var response = await Http.PostAsJsonAsync("/api/jobs", body, cancellationToken);
        return (await ReadAsync(response, cancellationToken)).GetProperty("id").GetGuid();
    }

    /// <summary>Waits for a job's end and reads what it printed.</summary>
    public async Task<string> OutputOfAsync(Guid job, CancellationToken cancellationToken)
    {
        await WaitForSuccessAsync(job, cancellationToken);
        return await Http.GetStringAsync(new Uri($"/api/jobs/{job}/logs", UriKind.Relative), cancellationToken);
    }

    /// <summary>Waits for a job's end.</summary>
    /// <exception cref="BenchException">It did not succeed.</exception>
    public async Task WaitForSuccessAsync(Guid job, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch ((await GetAsync($"/api/jobs/{job}", cancellationToken)).GetProperty("status").GetString())
            {
                case "succeeded":
                    return;
                case "failed" or "cancelled":
                    throw new BenchException($"Job {job} did not succeed.");
                default:
                    await Task.Delay(20, cancellationToken);
                    break;
            }
        }
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    /// <exception cref="BenchException">The platform refused.</exception>
    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonSerializer.Deserialize(text, BenchJson.Default.JsonElement)
            : throw new BenchException($"{response.RequestMessage?.RequestUri}: {text}");
    }

    public Task DownAsync() => PlatformAsync(["cluster", "down", "--data", _data], CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await DownAsync();
    }

    /// <summary>Runs a command of the platform.</summary>
    /// <returns>Its output.</returns>
    public static Task<string> PlatformAsync(
        IReadOnlyList<string> arguments,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? environment = null,
        string? programs = null
    )
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(programs ?? own.Parent!.Parent!.FullName, "Platform.Cli", own.Name, "platform.dll");
        return Programs.RunAsync(["dotnet", program, .. arguments], cancellationToken, environment);
    }
}
