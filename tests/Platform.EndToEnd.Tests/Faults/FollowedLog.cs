using System.Text;

namespace Platform.EndToEnd.Tests.Faults;

/// <summary>A log as a browser follows it: a stream that ends is opened again after the last event.</summary>
internal static class FollowedLog
{
    /// <summary>Reads it to its end.</summary>
    public static async Task<string> ReadAsync(Uri gateway, Guid jobId)
    {
        using var http = new HttpClient { BaseAddress = gateway };
        var (log, lastId) = (new StringBuilder(), "");
        var isAtEnd = false;
        await WaitFor.ConditionAsync(
            $"the log at {gateway} to end",
            async () =>
            {
                try
                {
                    (isAtEnd, lastId) = await ReadOnAsync(http, jobId, lastId, log);
                }
                catch (HttpRequestException)
                {
                    // Nothing listens there for a moment.
                }

                return isAtEnd;
            },
            TimeSpan.FromMinutes(5)
        );
        return log.ToString();
    }

    private static async Task<(bool IsAtEnd, string LastId)> ReadOnAsync(
        HttpClient http,
        Guid jobId,
        string lastId,
        StringBuilder log
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{jobId}/logs?follow=true");
        if (lastId.Length > 0)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (!response.IsSuccessStatusCode)
        {
            return (false, lastId);
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        try
        {
            return (await ReadEventsAsync(reader, log, id => lastId = id), lastId);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return (false, lastId);
        }
    }

    /// <summary>An event counts when the empty line after it has come.</summary>
    private static async Task<bool> ReadEventsAsync(StreamReader reader, StringBuilder log, Action<string> seen)
    {
        var (id, data, name) = ("", (string?)null, "");
        while (await reader.ReadLineAsync() is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case ["id", var value]:
                    id = value;
                    break;
                case ["data", var value]:
                    data = value;
                    break;
                case ["event", var value]:
                    name = value;
                    break;
                case [""] when name is "end":
                    return true;
                case [""]:
                    if (id.Length > 0)
                    {
                        seen(id);
                    }

                    if (data is not null && name is "")
                    {
                        log.Append(data).Append('\n');
                    }

                    (id, data, name) = ("", null, "");
                    break;
            }
        }

        return false;
    }
}
