using System.Net;
using System.Net.Http.Json;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Versions;

/// <summary>
/// Bytes were missing when the version was stored, and another upload has stored them when the answer is to name them. The check of the
/// database plays that: it fails some times for bytes that are there.
/// </summary>
[Trait("suite", "integration")]
public sealed class Creating_versions_beside_uploads(ArtifactsHost host) : IClassFixture<ArtifactsHost>, IAsyncLifetime
{
    public async Task InitializeAsync() =>
        await host.ExecuteAsync(
            """
            alter function blobs_check rename to real_blobs_check;
            -- Unlike rows, numbers that were taken stay taken when a transaction is rolled back.
            create sequence failures minvalue 0;
            create function blobs_check(names text[]) returns void language plpgsql set search_path from current as $$
            begin
              if nextval('failures') < 1000 then
                raise exception 'not all blobs are stored' using errcode = 'PA001';
              end if;
              perform real_blobs_check(names);
            end $$;
            """
        );

    public async Task DisposeAsync() =>
        await host.ExecuteAsync(
            """
            drop function blobs_check;
            alter function real_blobs_check rename to blobs_check;
            drop sequence failures;
            """
        );

    [Fact]
    public async Task goes_on_with_bytes_that_are_there_by_now()
    {
        var name = ArtifactsHost.NewName();
        var file = await host.UploadAsync("file", ArtifactsHost.RandomBytes(10));
        await FailAsync(1);

        Assert.Equal(1, (await host.CreateAsync(name, new CreateVersion { Files = [file] })).Version);
    }

    [Fact]
    public async Task never_refuses_for_missing_bytes_without_naming_them()
    {
        var name = ArtifactsHost.NewName();
        var file = await host.UploadAsync("file", ArtifactsHost.RandomBytes(10));
        await FailAsync(1000);

        using var answer = await host.Http.PostAsJsonAsync(
            $"/api/artifacts/{name}/versions",
            new CreateVersion { Files = [file] }
        );

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    private Task<int> FailAsync(int times) => host.ExecuteAsync($"select setval('failures', {1000 - times}, false)");
}
