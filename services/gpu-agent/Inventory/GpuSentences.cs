using Platform.Contracts.Sentences;

namespace Platform.GpuAgent.Inventory;

/// <summary>Why a machine has no GPU.</summary>
internal static class GpuSentences
{
    public static readonly Template<string> NoDriver = new(
        "gpu.no-driver",
        "There is no NVIDIA driver on this machine ({library} was not found)."
    );

    public static readonly Template None = new("gpu.none", "The NVIDIA driver sees no GPU.");

    public static readonly Template<string> DriverTooOld = new(
        "gpu.driver-too-old",
        "The NVIDIA driver is too old: its management library lacks {function}."
    );

    public static readonly Template<string> DriverSilent = new(
        "gpu.driver-silent",
        "The NVIDIA driver does not answer: {error}."
    );

    public static readonly Template<string> NotCounted = new(
        "gpu.not-counted",
        "The NVIDIA driver does not count its GPUs: {error}."
    );

    public static readonly Template<uint, string> Silent = new("gpu.silent", "GPU {index} does not answer: {error}.");
}
