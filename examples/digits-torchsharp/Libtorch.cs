using System.Runtime.InteropServices;
using TorchSharp;

namespace Digits;

/// <summary>The native library that TorchSharp calls.</summary>
internal static class Libtorch
{
    /// <summary>
    /// Loads it before TorchSharp does, which hides the loader's reason in a page of text and, when it fails, copies half a
    /// gigabyte in search of another copy.
    /// </summary>
    /// <returns>What is missing, in one line; null when it is loaded.</returns>
    public static string? Load()
    {
        try
        {
            foreach (var library in (string[])["torch_cpu", "LibTorchSharp"])
            {
                NativeLibrary.Load(library, typeof(torch).Assembly, searchPath: null);
            }

            return null;
        }
        catch (DllNotFoundException e)
        {
            // One line for each place that was tried; where the library does lie, the line says what it lacks.
            var lines = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var reason =
                lines.FirstOrDefault(line => line.Contains("required by", StringComparison.Ordinal)) ?? lines[^1];
            return $"libtorch does not load: {reason}. It needs an x86-64 Linux with GCC 13.2's libstdc++ or a newer one,"
                + " such as Debian 13 or Ubuntu 24.04.";
        }
    }
}
