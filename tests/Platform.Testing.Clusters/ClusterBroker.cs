using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace Platform.Testing.Clusters;

/// <summary>Direct access to a cluster's RabbitMQ.</summary>
public sealed class ClusterBroker(string data)
{
    private readonly string _folder = Path.Combine(data, "cluster", "rabbitmq");

    public Task<IConnection> ConnectAsync() =>
        new ConnectionFactory
        {
            HostName = "127.0.0.1",
            Port = Settings()["Port"]!.GetValue<int>(),
            UserName = "platform",
            Password = Settings()["Password"]!.GetValue<string>(),
        }.CreateConnectionAsync();

    /// <summary>Connects as an agent of the cluster does, with the user that it was given.</summary>
    /// <param name="stateFolder">The agent's.</param>
    public static Task<IConnection> ConnectAsAsync(string stateFolder) =>
        new ConnectionFactory
        {
            Uri = new Uri(IdentityOf(stateFolder)["broker"]!.GetValue<string>()),
        }.CreateConnectionAsync();

    /// <summary>What an agent keeps of its membership.</summary>
    public static JsonNode IdentityOf(string stateFolder) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(stateFolder, "identity.json")))!;

    /// <summary>Lets later connections of the services' user publish what agents have signed, as a test that repeats messages has to.</summary>
    public async Task AllowImpersonationAsync()
    {
        using var http = Management();
        var user = new { password = Settings()["Password"]!.GetValue<string>(), tags = "administrator,impersonator" };
        using var changed = await http.PutAsJsonAsync("api/users/platform", user);
        changed.EnsureSuccessStatusCode();
    }

    /// <summary>Deletes a user, as if the broker had lost its disk.</summary>
    public async Task DeleteUserAsync(string name)
    {
        using var http = Management();
        using var deleted = await http.DeleteAsync($"api/users/{name}");
        deleted.EnsureSuccessStatusCode();
    }

    /// <summary>Gives a user a password that nobody knows; its connections stay open.</summary>
    public async Task ChangePasswordAsync(string name)
    {
        using var http = Management();
        using var changed = await http.PutAsJsonAsync(
            $"api/users/{name}",
            new { password = $"{Guid.CreateVersion7():N}", tags = "" }
        );
        changed.EnsureSuccessStatusCode();
    }

    /// <summary>The users of all connections.</summary>
    public async Task<IReadOnlyList<string>> ConnectedUsersAsync()
    {
        using var http = Management();
        var connections = await http.GetFromJsonAsync<JsonArray>("api/connections");
        return [.. connections!.Select(connection => connection!["user"]!.GetValue<string>())];
    }

    /// <summary>The address with the services' own user.</summary>
    public string Address => $"amqp://platform:{Settings()["Password"]}@127.0.0.1:{Settings()["Port"]}/";

    /// <summary>The names of all queues.</summary>
    public async Task<IReadOnlyList<string>> QueuesAsync()
    {
        var settings = Settings();
        var start = new ProcessStartInfo("/usr/lib/rabbitmq/bin/rabbitmqctl", ["-q", "list_queues", "name"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = _folder;
        start.Environment["RABBITMQ_NODENAME"] = $"{settings["Node"]}@localhost";
        start.Environment["RABBITMQ_CONF_ENV_FILE"] = "/dev/null";
        start.Environment["ERL_EPMD_ADDRESS"] = "127.0.0.1";
        start.Environment["ERL_EPMD_PORT"] = settings["NamePort"]!
            .GetValue<int>()
            .ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"rabbitmqctl ended with {process.ExitCode}: {output}{await errors}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(name => name != "name")];
    }

    /// <summary>
    /// Fails when a message could not be handled (<c>_error</c>) or had no consumer (<c>_skipped</c>).
    /// </summary>
    public async Task AssertNoFailedMessagesAsync()
    {
        await using var connection = await ConnectAsync();
        foreach (var queue in (await QueuesAsync()).Where(IsErrorQueue))
        {
            await using var channel = await connection.CreateChannelAsync();
            var count = await channel.MessageCountAsync(queue);
            Assert.True(
                count == 0,
                count == 0 ? "" : $"{queue} has {count} messages, such as {await FirstAsync(channel, queue)}"
            );
        }
    }

    private static bool IsErrorQueue(string queue) =>
        queue.EndsWith("_error", StringComparison.Ordinal) || queue.EndsWith("_skipped", StringComparison.Ordinal);

    private static async Task<string> FirstAsync(IChannel channel, string queue)
    {
        var message = await channel.BasicGetAsync(queue, autoAck: false);
        var headers = message?.BasicProperties.Headers ?? new Dictionary<string, object?>();
        return string.Join(
            "; ",
            headers
                .Where(header => header.Key.StartsWith("MT-Fault", StringComparison.Ordinal))
                .Select(header =>
                    $"{header.Key}: {(header.Value is byte[] text ? Encoding.UTF8.GetString(text) : header.Value)}"
                )
        );
    }

    private HttpClient Management()
    {
        var settings = Settings();
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{settings["ManagementPort"]}/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"platform:{settings["Password"]}"))
        );
        return http;
    }

    private JsonNode Settings() => JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "broker.json")))!;
}
