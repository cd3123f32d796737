using Platform.Contracts.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Membership;

/// <summary>An invalid field of a body, and why.</summary>
internal sealed record InvalidField(string Field, string Message);

/// <summary>Validates the inventory that a machine reports, and converts it to the stored form.</summary>
internal static class InventoryRules
{
    public const int MaxName = 200;

    private const int MaxText = 500;
    private const double MaxCpus = 100_000;
    private const int MaxGpus = 256;
    private const int MaxLabels = 64;

    /// <returns>The first error; null when the inventory is valid.</returns>
    public static InvalidField? Check(NodeInventory? inventory)
    {
        if (inventory is null)
        {
            return new("inventory", "It is missing.");
        }

        return Text("inventory.hostname", inventory.Hostname, MaxName)
            ?? Text("inventory.os", inventory.Os, MaxText)
            ?? Text("inventory.agentVersion", inventory.AgentVersion, MaxName)
            ?? (inventory.GpuReason is null ? null : Text("inventory.gpuReason", inventory.GpuReason, 4 * MaxText))
            ?? (inventory.Limits is null ? null : Text("inventory.limits", inventory.Limits, MaxName))
            ?? CheckSize(inventory)
            ?? CheckGpus(inventory.Gpus)
            ?? CheckLabels(inventory.Labels);
    }

    /// <summary>Checks a text that is displayed.</summary>
    public static InvalidField? Text(string field, string? value, int maxLength) =>
        string.IsNullOrWhiteSpace(value) ? new(field, "It is empty.")
        : value.Length > maxLength ? new(field, $"At most {maxLength} characters.")
        : !ClientText.IsOneLine(value) ? new(field, "No control characters or line breaks.")
        : null;

    public static Inventory ToInventory(this NodeInventory inventory) =>
        new(
            inventory.Hostname,
            inventory.Os,
            inventory.AgentVersion,
            inventory.Cpus,
            inventory.MemoryMiB,
            [
                .. inventory
                    .Gpus.OrderBy(gpu => gpu.Index)
                    .Select(gpu => new Gpu(gpu.Index, gpu.Uuid, gpu.Name, gpu.MemoryMiB)),
            ],
            inventory.GpuReason,
            new Dictionary<string, string>(inventory.Labels, StringComparer.Ordinal),
            inventory.Limits
        );

    private static InvalidField? CheckSize(NodeInventory inventory) =>
        inventory.Cpus is not (> 0 and <= MaxCpus) ? new("inventory.cpus", $"More than 0, at most {MaxCpus:0}.")
        : inventory.MemoryMiB <= 0 ? new("inventory.memoryMiB", "More than 0.")
        : null;

    private static InvalidField? CheckGpus(IReadOnlyList<GpuInfo>? gpus)
    {
        if (gpus is null || gpus.Count > MaxGpus)
        {
            return new("inventory.gpus", $"A list of at most {MaxGpus}.");
        }

        var seen = new HashSet<int>();
        for (var i = 0; i < gpus.Count; i++)
        {
            var field = $"inventory.gpus[{i}]";
            if (gpus[i] is not { } gpu)
            {
                return new(field, "It is missing.");
            }

            if (gpu.Index < 0 || !seen.Add(gpu.Index))
            {
                return new($"{field}.index", "Not negative, and each index once.");
            }

            if (gpu.MemoryMiB < 0)
            {
                return new($"{field}.memoryMiB", "Not negative.");
            }

            if ((Text($"{field}.uuid", gpu.Uuid, MaxName) ?? Text($"{field}.name", gpu.Name, MaxName)) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    private static InvalidField? CheckLabels(IReadOnlyDictionary<string, string>? labels)
    {
        if (labels is null || labels.Count > MaxLabels)
        {
            return new("inventory.labels", $"At most {MaxLabels} labels.");
        }

        foreach (var (key, value) in labels)
        {
            if (Text("inventory.labels", key, MaxName) is { } wrong)
            {
                return wrong;
            }

            // A label may have an empty value.
            if (value is null || (value.Length > 0 && Text("inventory.labels", value, MaxText) is not null))
            {
                return new("inventory.labels", $"The value of a label is a text of at most {MaxText} characters.");
            }
        }

        return null;
    }
}
