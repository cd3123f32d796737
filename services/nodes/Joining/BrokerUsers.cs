using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Platform.Contracts.Agents;
using Platform.Messaging;

namespace Platform.Nodes.Joining;

/// <summary>The broker's management API did not do what was asked.</summary>
internal sealed class BrokerManagementException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Gives each agent a broker user of its own, through RabbitMQ's management API: it may declare and read what is named like its
/// queue, and write there and to the exchanges of reports. It has no tag, so that it may not manage anything. Without
/// <see cref="MessagingOptions.Management"/> agents share the user of <see cref="NodesOptions.AgentBroker"/>.
/// </summary>
internal sealed class BrokerUsers : IDisposable
{
    private const int PasswordBytes = 32;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    private readonly string? _shared;
    private readonly Uri? _broker;
    private readonly HttpClient? _management;

    public BrokerUsers(MessagingOptions messaging, IOptions<NodesOptions> options)
    {
        _shared = string.IsNullOrEmpty(options.Value.AgentBroker) ? null : options.Value.AgentBroker;
        if (!messaging.HasAgentUsers)
        {
            return;
        }

        _broker = _shared is null ? messaging.BrokerAddress() : new Uri(_shared);
        var management = messaging.ManagementAddress();
        var user = management.UserInfo.Length > 0 ? management.UserInfo : messaging.BrokerAddress().UserInfo;
        _management = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = _limit })
        {
            BaseAddress = new UriBuilder(management) { UserName = "", Password = "" }.Uri,
            Timeout = _limit,
        };
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(user)))
        );
    }

    private string VirtualHost =>
        Uri.UnescapeDataString(_broker!.AbsolutePath.Trim('/')) is { Length: > 0 } name ? name : "/";

    /// <summary>Makes a node's user, or gives it a new password.</summary>
    /// <returns>The broker's address for this node's agent; null where agents have none.</returns>
    /// <exception cref="BrokerManagementException">The user could not be made.</exception>
    public async Task<string?> GrantAsync(Guid nodeId, CancellationToken cancellationToken)
    {
        if (_management is null)
        {
            return _shared;
        }

        var name = AgentUser.Of(nodeId);
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PasswordBytes));
        await SendAsync(HttpMethod.Put, UserPath(name), new NewUser(password, ""), cancellationToken);
        await SendAsync(
            HttpMethod.Put,
            $"api/permissions/{Uri.EscapeDataString(VirtualHost)}/{name}",
            PermissionsOf(nodeId),
            cancellationToken
        );
        return new UriBuilder(_broker!) { UserName = name, Password = password }
            .Uri
            .AbsoluteUri;
    }

    /// <summary>Deletes a node's user, which closes its connections.</summary>
    /// <exception cref="BrokerManagementException">The user may still be there.</exception>
    public Task RemoveAsync(Guid nodeId, CancellationToken cancellationToken) =>
        _management is null
            ? Task.CompletedTask
            : SendAsync<NewUser>(HttpMethod.Delete, UserPath(AgentUser.Of(nodeId)), null, cancellationToken);

    public void Dispose() => _management?.Dispose();

    private static string UserPath(string name) => $"api/users/{name}";

    /// <summary>MassTransit moves what an agent cannot handle to <c>_error</c> and <c>_skipped</c>.</summary>
    private static Permissions PermissionsOf(Guid nodeId)
    {
        var own = $"{Regex.Escape(AgentQueues.For(nodeId))}(_error|_skipped)?";
        var reports = AgentReports.Types.Select(type => Regex.Escape(AgentUser.ExchangeOf(type)));
        return new Permissions($"^{own}$", $"^({own}|{string.Join('|', reports)})$", $"^{own}$");
    }

    private async Task SendAsync<TBody>(
        HttpMethod method,
        string path,
        TBody? body,
        CancellationToken cancellationToken
    )
        where TBody : class
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        try
        {
            using var response = await _management!.SendAsync(request, cancellationToken);
            var isGone = method == HttpMethod.Delete && response.StatusCode is HttpStatusCode.NotFound;
            if (!response.IsSuccessStatusCode && !isGone)
            {
                throw new BrokerManagementException(
                    $"The broker's management API answered {(int)response.StatusCode} to {method} {path}."
                );
            }
        }
        catch (Exception exception)
            when (exception is HttpRequestException or IOException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            throw new BrokerManagementException(
                $"The broker's management API does not answer: {exception.Message}",
                exception
            );
        }
    }

    private sealed record NewUser(string Password, string Tags);

    private sealed record Permissions(string Configure, string Write, string Read);
}
