using System.Runtime.InteropServices;
using System.Text;
using Platform.Contracts.Nodes;
using Platform.Contracts.Sentences;

namespace Platform.GpuAgent.Inventory;

/// <summary>
/// NVIDIA's management library, loaded while the agent runs; a machine without it has no GPUs, for a stated reason.
/// </summary>
internal sealed unsafe class Nvml
{
    private const int Success = 0;
    private const int Gpu = 0; // NVML_TEMPERATURE_GPU

    private readonly nint _library;
    private readonly Sentence? _reason;
    private readonly List<nint> _devices = [];

    public Nvml(string library = "libnvidia-ml.so.1")
    {
        if (!NativeLibrary.TryLoad(library, out _library))
        {
            _reason = GpuSentences.NoDriver.With(library);
            return;
        }

        _reason = Start();
        if (_reason is null && _devices.Count == 0)
        {
            _reason = GpuSentences.None;
        }
    }

    /// <summary>The GPUs, or why there is none.</summary>
    public (IReadOnlyList<GpuInfo> Gpus, Sentence? Reason) Inventory()
    {
        var gpus = new List<GpuInfo>();
        for (var index = 0; index < _devices.Count; index++)
        {
            gpus.Add(
                new GpuInfo
                {
                    Index = index,
                    Uuid = Text("nvmlDeviceGetUUID", _devices[index], 96),
                    Name = Text("nvmlDeviceGetName", _devices[index], 96),
                    MemoryMiB = Memory(_devices[index]) is { } memory ? ToMiB(memory.Total) : null,
                }
            );
        }

        return (gpus, _reason);
    }

    public IReadOnlyList<GpuUsage> Usage()
    {
        var usage = new List<GpuUsage>();
        for (var index = 0; index < _devices.Count; index++)
        {
            var device = _devices[index];
            usage.Add(
                new GpuUsage
                {
                    Index = index,
                    Utilization = Utilization(device) / 100.0,
                    MemoryUsedMiB = Memory(device) is { } memory ? ToMiB(memory.Used) : null,
                    TemperatureCelsius = Temperature(device),
                    PowerWatts = MilliWatts(device) / 1000.0,
                }
            );
        }

        return usage;
    }

    private Sentence? Start()
    {
        if (Find("nvmlInit_v2") is not { } init || Find("nvmlDeviceGetCount_v2") is not { } getCount)
        {
            return GpuSentences.DriverTooOld.With("nvmlInit_v2");
        }

        var result = ((delegate* unmanaged<int>)init)();
        if (result != Success)
        {
            return GpuSentences.DriverSilent.With(Error(result));
        }

        uint count = 0;
        result = ((delegate* unmanaged<uint*, int>)getCount)(&count);
        if (result != Success || Find("nvmlDeviceGetHandleByIndex_v2") is not { } getHandle)
        {
            return GpuSentences.NotCounted.With(Error(result));
        }

        for (uint index = 0; index < count; index++)
        {
            nint device = 0;
            result = ((delegate* unmanaged<uint, nint*, int>)getHandle)(index, &device);
            if (result != Success)
            {
                // Jobs are given indices: a list with a gap would assign the wrong GPU.
                _devices.Clear();
                return GpuSentences.Silent.With(index, Error(result));
            }

            _devices.Add(device);
        }

        return null;
    }

    private (ulong Total, ulong Used)? Memory(nint device)
    {
        var memory = stackalloc ulong[3]; // total, free, used
        var known =
            Find("nvmlDeviceGetMemoryInfo") is { } call
            && ((delegate* unmanaged<nint, ulong*, int>)call)(device, memory) == Success;
        return known ? (memory[0], memory[2]) : null;
    }

    private double? Utilization(nint device)
    {
        var rates = stackalloc uint[2]; // gpu, memory
        return
            Find("nvmlDeviceGetUtilizationRates") is { } call
            && ((delegate* unmanaged<nint, uint*, int>)call)(device, rates) == Success
            ? rates[0]
            : null;
    }

    private int? Temperature(nint device)
    {
        uint celsius = 0;
        return
            Find("nvmlDeviceGetTemperature") is { } call
            && ((delegate* unmanaged<nint, int, uint*, int>)call)(device, Gpu, &celsius) == Success
            ? (int)celsius
            : null;
    }

    private double? MilliWatts(nint device)
    {
        uint power = 0;
        return
            Find("nvmlDeviceGetPowerUsage") is { } call
            && ((delegate* unmanaged<nint, uint*, int>)call)(device, &power) == Success
            ? power
            : null;
    }

    private string Text(string function, nint device, int length)
    {
        var buffer = stackalloc byte[length];
        var known =
            Find(function) is { } call
            && ((delegate* unmanaged<nint, byte*, uint, int>)call)(device, buffer, (uint)length) == Success;
        return known ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer)) : "unknown";
    }

    private string Error(int result) =>
        Find("nvmlErrorString") is { } call
            ? Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)call)(result)) ?? $"error {result}"
            : $"error {result}";

    private nint? Find(string function) => NativeLibrary.TryGetExport(_library, function, out var call) ? call : null;

    private static int ToMiB(ulong bytes) => (int)(bytes / (1024 * 1024));
}
