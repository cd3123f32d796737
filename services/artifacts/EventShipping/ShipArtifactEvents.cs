using Microsoft.Extensions.Options;
using Platform.Artifacts.Versions;
using Platform.ElasticLogs;
using Platform.EventStore;

namespace Platform.Artifacts.EventShipping;

/// <summary>Sends what happened to artifacts to Elasticsearch; those of before it was on, too.</summary>
internal sealed class ShipArtifactEvents(DocumentSender sender, IOptions<ElasticsearchOptions> options) : Subscription
{
    private readonly string _stream = options.Value.StreamOf("artifact");

    public override string Name => "artifacts-elasticsearch";

    public override async Task HandleAsync(IReadOnlyList<StoredEvent> page, CancellationToken cancellationToken)
    {
        var documents = page.Where(stored => stored.Data is ArtifactEvent)
            .Select(ArtifactEventDocument.Create)
            .ToList();
        await sender.SendAsync(_stream, documents, cancellationToken);
    }
}
