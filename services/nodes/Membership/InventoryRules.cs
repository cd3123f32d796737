using Platform.Contracts.Nodes;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Membership;

/// <summary>An invalid field of a body, and why.</summary>
internal sealed record InvalidField(string Field, Sentence Error);

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
            return new("inventory", NodeSentences.Missing);
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
        string.IsNullOrWhiteSpace(value) ? new(field, NodeSentences.Empty)
        : value.Length > maxLength ? new(field, NodeSentences.Length.With(maxLength))
        : !ClientText.IsOneLine(value) ? new(field, NodeSentences.OneLine)
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
            inventory.Limits,
            inventory.GpuReasonCode?.Storable(4 * MaxText)
        );

    private static InvalidField? CheckSize(NodeInventory inventory) =>
        inventory.Cpus is not (> 0 and <= MaxCpus) ? new("inventory.cpus", NodeSentences.UpTo.With(MaxCpus))
        : inventory.MemoryMiB <= 0 ? new("inventory.memoryMiB", NodeSentences.Positive)
        : null;

    private static InvalidField? CheckGpus(IReadOnlyList<GpuInfo>? gpus)
    {
        if (gpus is null || gpus.Count > MaxGpus)
        {
            return new("inventory.gpus", NodeSentences.Gpus.With(MaxGpus));
        }

        var seen = new HashSet<int>();
        for (var i = 0; i < gpus.Count; i++)
        {
            var field = $"inventory.gpus[{i}]";
            if (gpus[i] is not { } gpu)
            {
                return new(field, NodeSentences.Missing);
            }

            if (gpu.Index < 0 || !seen.Add(gpu.Index))
            {
                return new($"{field}.index", NodeSentences.GpuIndex);
            }

            if (gpu.MemoryMiB < 0)
            {
                return new($"{field}.memoryMiB", NodeSentences.NotNegative);
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
            return new("inventory.labels", NodeSentences.Labels.With(MaxLabels));
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
                return new("inventory.labels", NodeSentences.LabelValue.With(MaxText));
            }
        }

        return null;
    }
}
