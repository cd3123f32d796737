using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Contracts;

/// <summary>
/// JSON conventions of the public API and between processes: camelCase, enums as strings, unknown fields refused.
/// </summary>
public static class JsonDefaults
{
    /// <summary>For bodies we accept: an unknown field is an error.</summary>
    public static JsonSerializerOptions Strict { get; } =
        new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>For bodies that another version of the platform may have written.</summary>
    public static JsonSerializerOptions Lenient { get; } = new(JsonSerializerDefaults.Web);
}
