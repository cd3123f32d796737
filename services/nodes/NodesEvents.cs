using System.Text.Json.Serialization;
using Platform.Contracts.Nodes;
using Platform.EventStore;
using Platform.Nodes.Membership;
using Platform.Nodes.Placements;
using PlacementGranted = Platform.Nodes.Placements.PlacementGranted;
using PlacementLost = Platform.Nodes.Placements.PlacementLost;
using PlacementReleased = Platform.Nodes.Placements.PlacementReleased;

namespace Platform.Nodes;

/// <summary>Aliases and JSON shapes of everything this service stores.</summary>
internal static class NodesEvents
{
    public static void AddNodesEvents(this EventTypes events)
    {
        var json = NodesJson.Default;
        events
            .Add("node_joined", json.NodeJoined)
            .Add("node_renamed", json.NodeRenamed)
            .Add("node_inventory_changed", json.NodeInventoryChanged)
            .Add("node_went_offline", json.NodeWentOffline)
            .Add("node_came_online", json.NodeCameOnline)
            .Add("node_draining", json.NodeDraining)
            .Add("node_resumed", json.NodeResumed)
            .Add("node_removed", json.NodeRemoved)
            .Add("placement_requested", json.PlacementRequested)
            .Add("placement_granted", json.PlacementGranted)
            .Add("placement_released", json.PlacementReleased)
            .Add("placement_lost", json.PlacementLost);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodeJoined))]
[JsonSerializable(typeof(NodeRenamed))]
[JsonSerializable(typeof(NodeInventoryChanged))]
[JsonSerializable(typeof(NodeWentOffline))]
[JsonSerializable(typeof(NodeCameOnline))]
[JsonSerializable(typeof(NodeDraining))]
[JsonSerializable(typeof(NodeResumed))]
[JsonSerializable(typeof(NodeRemoved))]
[JsonSerializable(typeof(IReadOnlyList<LeaseView>))]
[JsonSerializable(typeof(PlacementRequested))]
[JsonSerializable(typeof(PlacementGranted))]
[JsonSerializable(typeof(PlacementReleased))]
[JsonSerializable(typeof(PlacementLost))]
[JsonSerializable(typeof(Inventory))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(NodeUsage))]
[JsonSerializable(typeof(IReadOnlyList<HeldAttempt>))]
internal sealed partial class NodesJson : JsonSerializerContext;
