using System.Globalization;

namespace Platform.LocalServers;

/// <summary>A PostgreSQL that runs on a data folder of ours.</summary>
/// <param name="Host">Its socket's folder or its address.</param>
internal sealed record Postmaster(LocalProcess Process, string Host, int Port)
{
    /// <summary>Finds the one of this very data folder; a recycled process id is not taken for it.</summary>
    public static Postmaster? Find(string data)
    {
        // Lines: process, folder, start, port, socket folder, listen address.
        if (
            ReadLines(Path.Combine(data, "postmaster.pid")) is not { Length: > 4 } lines
            || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var id)
            || !int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port)
            || LocalProcess.Find(id) is not { } process
            || !WorksThere(lines)
        )
        {
            return null;
        }

        return new Postmaster(process, lines[4].Length > 0 ? lines[4] : "127.0.0.1", port);
    }

    /// <summary>A postmaster's working folder is its data folder, so there it must find the file that we read.</summary>
    private static bool WorksThere(string[] lines) =>
        !OperatingSystem.IsLinux()
        || ReadLines($"/proc/{lines[0].Trim()}/cwd/postmaster.pid") is { } theirs
            && theirs.Take(3).SequenceEqual(lines.Take(3), StringComparer.Ordinal);

    private static string[]? ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
