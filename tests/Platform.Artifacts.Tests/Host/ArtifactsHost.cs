using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Host;

/// <summary>The service as its Program starts it: Kestrel on a free port, with its own database and folder.</summary>
public class ArtifactsHost : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("artifacts-").FullName;
    private TestDatabase? _database;
    private Server? _server;

    public HttpClient Http { get; private set; } = null!;

    public string Folder => _folder;

    public string Incoming => Path.Combine(_folder, "incoming");

    public Uri Address => Http.BaseAddress!;

    public IServiceProvider Services => _server!.Services;

    public virtual async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateMigratedAsync("artifacts", new ArtifactsModule().Add);
        await StartAsync();
    }

    public virtual async Task DisposeAsync()
    {
        await StopAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Stops the service and starts it again on the same data.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static byte[] RandomBytes(int size) => RandomNumberGenerator.GetBytes(size);

    public static string NewName(string prefix = "artifact") => $"{prefix}-{Guid.CreateVersion7():N}";

    /// <summary>Uploads bytes; fails unless they are accepted.</summary>
    public async Task<ArtifactFile> UploadAsync(string path, byte[] bytes)
    {
        using var response = await PutBlobAsync(Sha256(bytes), bytes);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return new ArtifactFile
        {
            Path = path,
            Size = bytes.Length,
            Sha256 = Sha256(bytes),
        };
    }

    public async Task<HttpResponseMessage> PutBlobAsync(string sha256, byte[] bytes)
    {
        using var body = new ByteArrayContent(bytes);
        return await Http.PutAsync($"/api/artifacts/blobs/{sha256}", body);
    }

    /// <summary>Creates a version; fails unless it is accepted.</summary>
    public async Task<ArtifactManifest> CreateAsync(string name, CreateVersion request)
    {
        using var response = await Http.PostAsJsonAsync($"/api/artifacts/{name}/versions", request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<ArtifactManifest>())!;
    }

    /// <summary>Creates a version of one small file.</summary>
    public async Task<ArtifactManifest> CreateAsync(string name, string content = "content") =>
        await CreateAsync(
            name,
            new CreateVersion { Files = [await UploadAsync("file.txt", Encoding.UTF8.GetBytes(content))] }
        );

    /// <summary>Reads JSON; fails unless the request succeeds.</summary>
    public async Task<T> GetAsync<T>(string path)
    {
        using var response = await Http.GetAsync(path);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"GET {path} answered {(int)response.StatusCode}: {body}");
        return JsonSerializer.Deserialize<T>(body, JsonSerializerOptions.Web)!;
    }

    /// <summary>Sends a request and returns status and body.</summary>
    public async Task<(int Status, JsonNode? Body)> SendAsync(
        HttpMethod method,
        string path,
        string? json = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return (
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) is true
                ? JsonNode.Parse(body)
                : null
        );
    }

    /// <summary>Pretends that the upgrade that brought the recycle bin was some days ago.</summary>
    public Task ReceivedRecycleBinAsync(int days) =>
        ExecuteAsync(
            "update migration set applied_at = now() - make_interval(days => $2) where name = $1",
            ArtifactsTables.Deletion.Name,
            days
        );

    /// <summary>Executes a statement in the service's schema.</summary>
    public async Task<int> ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Services.GetRequiredService<ArtifactsStore>().DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The size of the stored events of an artifact, in bytes.</summary>
    public async Task<long> EventBytesAsync(string name)
    {
        await using var source = NpgsqlDataSource.Create(_database!.ConnectionString);
        await using var command = source.CreateCommand(
            "select sum(length(data::text)) from artifacts.mt_events where stream_id = $1"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Adds settings, as a command line would.</summary>
    protected virtual void Configure(IWebHostBuilder builder) { }

    private async Task StartAsync()
    {
        _server = new Server(builder =>
        {
            builder.UseSetting("ConnectionStrings:Platform", _database!.ConnectionString);
            builder.UseSetting("Artifacts:Folder", _folder);
            builder.UseSetting("Logging:Level", "Warning");
            builder.UseSetting("Platform:TokenKey", SignedIn.TokenKey);
            Configure(builder);
        });
        _server.UseKestrel(0);
        _server.StartServer();
        var address = _server
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        Http = SignedIn.Client(new Uri(address), timeout: TimeSpan.FromMinutes(5));
        await WaitFor.ConditionAsync(
            "the service to be ready",
            async () =>
            {
                using var response = await Http.GetAsync("/health/ready");
                return response.IsSuccessStatusCode;
            }
        );
    }

    private async Task StopAsync()
    {
        Http?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private sealed class Server(Action<IWebHostBuilder> configure) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder) => configure(builder);
    }
}
