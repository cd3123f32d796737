using System.Globalization;
using Platform.ElasticLogs;
using Platform.Jobs.Logs;

namespace Platform.Jobs.LogShipping;

/// <summary>A log that may have lines which were not sent.</summary>
/// <param name="Offset">How many of its bytes were sent.</param>
/// <param name="Node">The node of its process, where it is known.</param>
/// <param name="EndedAt">When the job ended, for a log of its last attempt.</param>
/// <param name="RequestId">The request that submitted the job.</param>
internal sealed record LogToShip(
    LogKey Key,
    long Offset,
    string Name,
    string Project,
    string? Node,
    DateTimeOffset? EndedAt,
    string? RequestId
)
{
    /// <summary>Makes a document of a line.</summary>
    /// <param name="offset">The offset of its first byte in the log.</param>
    /// <param name="at">When it was stored.</param>
    public ElasticDocument Document(ReadOnlySpan<byte> line, long offset, bool isPart, DateTimeOffset at)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{Key.JobId:N}-{Key.Attempt}-{Key.Rank}-{offset}");
        return EcsDocument.Create(
            id,
            "platform.job",
            at,
            ShippedLines.Visible(line),
            json =>
            {
                json.WriteString("platform.job.id", Key.JobId);
                json.WriteString("platform.job.name", Name);
                json.WriteString("platform.job.project", Project);
                json.WriteNumber("platform.job.attempt", Key.Attempt);
                json.WriteNumber("platform.job.rank", Key.Rank);
                json.WriteNumber("log.offset", offset);
                if (isPart)
                {
                    json.WriteStartArray("log.flags");
                    json.WriteStringValue("part");
                    json.WriteEndArray();
                }

                if (Node is not null)
                {
                    json.WriteString("host.name", Node);
                }

                if (RequestId is not null)
                {
                    json.WriteString("http.request.id", RequestId);
                }
            }
        );
    }
}
