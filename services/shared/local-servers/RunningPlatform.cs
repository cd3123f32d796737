using System.Text.Json;

namespace Platform.LocalServers;

/// <summary>What a platform that is ready says about itself in its data folder, in <c>platform.json</c>.</summary>
/// <param name="Url">Where it answers.</param>
/// <param name="Pid">Its process.</param>
/// <param name="StartedAt">See <see cref="LocalProcess.StartedAt"/>.</param>
public sealed record RunningPlatform(Uri Url, int Pid, long StartedAt)
{
    private const string FileName = "platform.json";
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The process itself.</summary>
    public LocalProcess Process() => new(Pid, StartedAt);

    /// <summary>Tells that a platform is ready.</summary>
    public static void Announce(DataFolder data, Uri url, LocalProcess process)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(process);
        var platform = new RunningPlatform(url, process.Id, process.StartedAt);
        SecretFile.Write(data.PathOf(FileName), JsonSerializer.Serialize(platform, _json));
    }

    /// <summary>Tells that it is no more.</summary>
    public static void Withdraw(DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        File.Delete(data.PathOf(FileName));
    }

    /// <summary>The platform that runs on a data folder; null when none does, whatever the file says.</summary>
    /// <param name="data">The folder as asked for; null for the default. It need not exist.</param>
    public static RunningPlatform? Find(string? data)
    {
        try
        {
            var file = Path.Combine(string.IsNullOrWhiteSpace(data) ? DataFolder.Default : data, FileName);
            var platform = JsonSerializer.Deserialize<RunningPlatform>(File.ReadAllText(file), _json);
            return platform?.Process().IsRunning is true ? platform : null;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
