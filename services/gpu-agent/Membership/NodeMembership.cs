using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Inventory;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.State;

namespace Platform.GpuAgent.Membership;

/// <summary>The platform does not let this node join.</summary>
internal sealed class JoinRefusedException(string message) : Exception(message);

/// <summary>Joins the platform, and checks whether it still knows this node.</summary>
internal sealed class NodeMembership(
    IOptions<AgentOptions> options,
    StateFolder state,
    PlatformHttp http,
    Machine machine
)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    /// <summary>Joins once; the platform's answer is stored in the state folder.</summary>
    /// <exception cref="JoinRefusedException">The token is wrong or missing, or the request is refused.</exception>
    /// <exception cref="PlatformUnavailableException">There was no answer.</exception>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(options.Value.JoinToken))
        {
            throw new JoinRefusedException(
                "This node has not joined yet: give it a join token (Agent:JoinToken) of the platform."
            );
        }

        var join = new JoinRequest
        {
            NodeId = state.Identity.NodeId,
            Name = options.Value.NodeName,
            Token = options.Value.JoinToken,
            Inventory = machine.Inventory(),
            Agent = state.Agent,
        };
        using var request = Post("api/nodes/join", JsonSerializer.Serialize(join, PlatformJson.Default.JoinRequest));
        request.Options.Set(PlatformHttp.Anonymous, true);
        try
        {
            using var response = await http.SendAsync(request, _limit, cancellationToken, HttpStatusCode.Unauthorized);
            if (response.StatusCode is HttpStatusCode.Unauthorized)
            {
                throw new JoinRefusedException($"{options.Value.Server} refuses the join token.");
            }

            var joined = await PlatformHttp.ReadAsync(response, PlatformJson.Default.JoinResponse, cancellationToken);
            state.Remember(
                new AgentIdentity
                {
                    NodeId = joined.NodeId,
                    NodeToken = joined.NodeToken,
                    Broker = joined.Broker,
                    HeartbeatSeconds = joined.HeartbeatSeconds,
                }
            );
        }
        catch (PlatformRefusedException exception) when (exception.Status is HttpStatusCode.Forbidden)
        {
            throw new JoinRefusedException($"{options.Value.Server} refuses the join token.");
        }
        catch (PlatformRefusedException exception)
        {
            throw new JoinRefusedException($"{options.Value.Server} refuses this node. {exception.Message}");
        }
    }

    /// <summary>Sends a heartbeat over HTTP, which unlike a message is answered.</summary>
    /// <returns>False when the platform does not know this node or its token (any longer).</returns>
    /// <exception cref="PlatformUnavailableException">There was no answer.</exception>
    public async Task<bool> SendHeartbeatAsync(NodeHeartbeat heartbeat, CancellationToken cancellationToken)
    {
        using var request = Post(
            "api/nodes/heartbeat",
            JsonSerializer.Serialize(heartbeat, PlatformJson.Default.NodeHeartbeat)
        );
        using var response = await http.SendAsync(
            request,
            _limit,
            cancellationToken,
            HttpStatusCode.NotFound,
            HttpStatusCode.Unauthorized,
            HttpStatusCode.Forbidden
        );
        return response.IsSuccessStatusCode;
    }

    /// <summary>Asks for this node's own user at the broker; the answer is stored in the state folder.</summary>
    /// <exception cref="PlatformUnavailableException">There was no answer.</exception>
    public async Task RenewBrokerUserAsync(CancellationToken cancellationToken)
    {
        var id = state.Identity.NodeId.ToString();
        using var request = Post(PlatformHttp.PathOf("api", "nodes", id, "broker-user"), "");
        // A platform of an earlier release does not know the question.
        using var response = await http.SendAsync(request, _limit, cancellationToken, HttpStatusCode.NotFound);
        if (
            response.IsSuccessStatusCode
            && await PlatformHttp.ReadAsync(response, PlatformJson.Default.BrokerAccess, cancellationToken)
                is { Broker: { } broker }
        )
        {
            state.Remember(state.Identity with { Broker = broker });
        }
    }

    private static HttpRequestMessage Post(string path, string json) =>
        new(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
