namespace Platform.Artifacts.Tests.Host;

/// <summary>While this exists, the database refuses to change the versions of one artifact.</summary>
internal sealed class RefusedChanges : IAsyncDisposable
{
    private readonly ArtifactsHost _host;

    private RefusedChanges(ArtifactsHost host) => _host = host;

    public static async Task<RefusedChanges> CreateAsync(ArtifactsHost host, string change, string name)
    {
        await host.ExecuteAsync(
            $"""
            create function refuse_change() returns trigger language plpgsql as $$
            begin
              raise exception 'refused by the test';
            end $$;
            create trigger refuse_change before {change} on artifact_version for each row
              when (old.name = '{name}') execute function refuse_change();
            """
        );
        return new RefusedChanges(host);
    }

    public async ValueTask DisposeAsync() =>
        await _host.ExecuteAsync("drop trigger refuse_change on artifact_version; drop function refuse_change();");
}
