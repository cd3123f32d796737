using System.Diagnostics;

namespace Platform.Sdk;

/// <content>The request that each kind of record makes, and those that no record makes.</content>
internal sealed partial class Sender
{
    private void Send(PlatformClient client, Batch batch)
    {
        var run = $"api/runs/{_options.RunId}";
        switch (batch.Kind)
        {
            case "run":
                client.Send(HttpMethod.Put, run, batch.Body, null, _stop);
                break;
            case "points":
                client.Send(HttpMethod.Post, $"{run}/metrics", batch.Body, null, _stop);
                break;
            case "update":
                client.Send(HttpMethod.Patch, run, batch.Body, null, _stop);
                break;
            case "finish":
                client.Send(HttpMethod.Post, $"{run}/finish", batch.Body, null, _stop);
                break;
            case "artifact":
                SendArtifact(client, batch);
                break;
            case "file":
                SendFile(client, batch);
                break;
            case "media":
                client.Send(HttpMethod.Post, $"{run}/media", batch.Body, null, _stop);
                break;
        }

        // With the first one the platform begins to watch the run.
        SendHeartbeat(client, isDue: batch.Kind is "run");
    }

    /// <summary>Says that the training is alive, so that the run ends when it isn't. A job's agent says that of its trainings.</summary>
    private void SendHeartbeat(PlatformClient client, bool isDue = false)
    {
        if (
            _own is not null
            && _options.JobId is null
            && (isDue || Stopwatch.GetElapsedTime(_lastHeartbeat) >= HeartbeatInterval)
        )
        {
            _lastHeartbeat = Stopwatch.GetTimestamp();
            client.SendHeartbeat($"api/runs/{_options.RunId}/heartbeat", _stop);
        }
    }

    private void SendArtifact(PlatformClient client, Batch batch)
    {
        var folder = batch.Record["folder"]!.GetValue<string>();
        if (!Directory.Exists(folder))
        {
            // Removed once the version existed, just before the process ended.
            return;
        }

        var hashes = batch.Record["body"]!["files"]!
            .AsArray()
            .Select(file => file!["sha256"]!.GetValue<string>())
            .ToHashSet(StringComparer.Ordinal);
        client.Upload(folder, hashes, NoteProgress, _stop);

        client.Send(
            HttpMethod.Post,
            $"api/artifacts/{Uri.EscapeDataString(batch.Record["name"]!.GetValue<string>())}/versions",
            batch.Body,
            batch.Record["id"]!.GetValue<string>(),
            _stop
        );
        Directory.Delete(folder, recursive: true);
    }

    private void SendFile(PlatformClient client, Batch batch)
    {
        var sha256 = batch.Record["sha256"]!.GetValue<string>();
        var file = Path.Combine(batch.Record["folder"]!.GetValue<string>(), sha256);
        if (!File.Exists(file))
        {
            // Removed once it was stored, just before the process ended.
            return;
        }

        var path = batch.Record["path"]!.GetValue<string>().Split('/').Select(Uri.EscapeDataString);
        client.PutFile($"api/runs/{_options.RunId}/files/{string.Join('/', path)}", file, sha256, NoteProgress, _stop);
        batch.DeleteCopies();
    }

    /// <summary>Before anything of this process is sent. Without an answer the training goes on at once.</summary>
    private void AskLastStep(PlatformClient client)
    {
        if (OnLastStep is not { } tell)
        {
            return;
        }

        OnLastStep = null;
        long? step = null;
        try
        {
            step = Records.LastStep(client.Get($"api/runs/{_options.RunId}", _stop));
        }
        catch (Exception e) when (e is RecordRefusedException or PlatformUnavailableException)
        {
            // Steps begin at 1. Whether the platform is there shows with the first record.
        }
        finally
        {
            tell(step);
        }
    }
}
