using System.Text.Json.Serialization;
using Platform.EventStore;

namespace Platform.Authorization.Tests.Toys;

[JsonSerializable(typeof(ToyMade))]
internal sealed partial class ToyJson : JsonSerializerContext
{
    public static void Register(EventTypes events) => events.Add("toy_made", Default.ToyMade);
}
