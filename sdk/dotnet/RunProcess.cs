using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Sdk;

/// <summary>How the processes of a training find out that they belong to one run; the same for all SDKs.</summary>
internal static class RunProcess
{
    private const string Variable = "PLATFORM_RUN_PROCESS";

    /// <summary>The run of the process that started this one, in the same attempt of the job; null when there is none.</summary>
    public static (string Run, string? Name)? Owner(int? attempt)
    {
        if (Announced() is not { } owner)
        {
            return null;
        }

        try
        {
            return
                owner["process"]?.GetValue<long>() != Environment.ProcessId
                && owner["attempt"]?.GetValue<int>() == attempt
                ? (owner["run"]!.GetValue<string>(), owner["name"]?.GetValue<string>())
                : null;
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or NullReferenceException)
        {
            return null;
        }
    }

    /// <summary>Tells the processes that this one starts which run it tracks.</summary>
    /// <returns>What was said before.</returns>
    public static string? Announce(TrackedRunOptions options, int? attempt)
    {
        var before = Environment.GetEnvironmentVariable(Variable);
        var owner = new JsonObject
        {
            ["run"] = options.RunId,
            ["project"] = options.Project,
            ["process"] = Environment.ProcessId,
        };
        if (options.Name is not null)
        {
            owner["name"] = options.Name;
        }

        if (attempt is not null)
        {
            owner["attempt"] = attempt;
        }

        Environment.SetEnvironmentVariable(Variable, owner.ToJsonString());
        return before;
    }

    /// <summary>
    /// The name that the first process of a job's attempt gave the job's run: this one, unless the spool folder says otherwise.
    /// </summary>
    public static string FirstName(TrackedRunOptions options, string name)
    {
        var path = Path.Combine(
            options.SpoolFolder,
            string.Create(CultureInfo.InvariantCulture, $"{options.RunId}.{options.Attempt ?? 0}.name")
        );
        var mine = $"{path}.{Guid.CreateVersion7():N}";
        try
        {
            Directory.CreateDirectory(options.SpoolFolder);
            File.WriteAllText(mine, name);
            try
            {
                // All of it at once, and only when there is none.
                File.Move(mine, path, overwrite: false);
                return name;
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(mine);
                return File.ReadAllText(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // It cannot be kept: the processes of the job are one run.
            return name;
        }
    }

    /// <summary>Says again what was said before a run began.</summary>
    public static void Withdraw(string run, string? before)
    {
        if (Announced()?["run"]?.ToString() == run)
        {
            Environment.SetEnvironmentVariable(Variable, before);
        }
    }

    private static JsonObject? Announced()
    {
        try
        {
            return JsonNode.Parse(Environment.GetEnvironmentVariable(Variable) ?? "") as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
