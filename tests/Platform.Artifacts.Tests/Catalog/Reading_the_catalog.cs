using System.Formats.Tar;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Catalog;

[Trait("suite", "integration")]
public sealed class Reading_the_catalog(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    [Fact]
    public async Task lists_artifacts_by_type_project_and_part_of_the_name()
    {
        var project = ArtifactsHost.NewName("team");
        var file = await host.UploadAsync("a", [1, 2, 3]);
        var model = await CreateAsync("Digits-model", "model", $"{project}/digits", file);
        var data = await CreateAsync("digits-data", "dataset", $"{project}/digits", file);
        var other = await CreateAsync("faces", "model", $"{project}er", file);

        Assert.Equal([data, model], await NamesAsync($"project={project}"));
        Assert.Equal([data, model], await NamesAsync($"project={project}%2Fdigits"));
        Assert.Equal([model], await NamesAsync($"project={project}&type=model"));
        Assert.Equal([data, model], await NamesAsync($"project={project}&search=DIGITS"));
        Assert.Equal([other], await NamesAsync($"project={project}er"));
        Assert.Empty(await NamesAsync($"project={project}&search=%25"));
        Assert.Empty(await NamesAsync($"project={project}&search=';%20drop%20table%20blob;--"));
    }

    [Theory]
    [InlineData("äö")]
    [InlineData("GRÖ")]
    public async Task finds_a_part_of_the_description_in_any_case(string search)
    {
        var name = ArtifactsHost.NewName();
        var file = await host.UploadAsync("a", [1]);
        await host.CreateAsync(
            name,
            new CreateVersion
            {
                Project = name,
                Description = "Größe ÄÖ",
                Files = [file],
            }
        );

        Assert.Equal([name], await NamesAsync($"project={name}&search={Uri.EscapeDataString(search)}"));
    }

    [Fact]
    public async Task finds_a_description_that_an_earlier_release_wrote_in_lower_case()
    {
        const string Text = "ΣΊΣΥΦΟΣ İstanbul µ ΜΆΙΟΣ";
        var name = ArtifactsHost.NewName();
        await host.CreateAsync(
            name,
            new CreateVersion
            {
                Project = name,
                Description = Text,
                Files = [await host.UploadAsync("a", [1])],
            }
        );
        // As .NET wrote it, and as PostgreSQL with ICU did.
        foreach (var before in new[] { Text.ToLowerInvariant(), "σίσυφος i\u0307stanbul µ μάιος" })
        {
            await host.ExecuteAsync(
                "update artifact_summary set search_description = $2 where name = $1",
                name,
                before
            );

            await host.ExecuteAsync(ArtifactsTables.SearchFold.Sql);

            foreach (var search in new[] { Text, "σίσυφος", "istanbul", "i\u0307stanbul", "μ μάιος", "µ" })
            {
                Assert.Equal([name], await NamesAsync($"project={name}&search={Uri.EscapeDataString(search)}"));
            }
        }
    }

    [Fact]
    public async Task finds_a_file_whose_slashes_a_client_has_encoded()
    {
        var name = ArtifactsHost.NewName();
        var (below, odd) = (await host.UploadAsync("a/b.txt", [1]), await host.UploadAsync("c%2Fd.txt", [2]));
        await host.CreateAsync(name, new CreateVersion { Files = [below, odd] });

        foreach (var path in new[] { "a/b.txt", "a%2Fb.txt", "a%2fb.txt", "c%2Fd.txt", "c%252Fd.txt" })
        {
            Assert.Equal(
                200,
                (await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/1/files/{path}")).Status
            );
        }
    }

    [Theory]
    [InlineData("job=x", "job")]
    [InlineData("attempt=1", "attempt")]
    [InlineData("rank=-7", "rank")]
    public async Task refuses_what_looks_like_a_filter_of_versions(string query, string field)
    {
        var name = ArtifactsHost.NewName();
        await host.CreateAsync(name);

        var (status, problem) = await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions?{query}");

        Assert.Equal((400, "artifact.only-machines"), (status, (string?)problem!["errorCodes"]![field]![0]!["code"]));
    }

    [Fact]
    public async Task returns_the_latest_version_of_each_artifact()
    {
        var name = ArtifactsHost.NewName();
        await host.CreateAsync(name, "1");
        var second = await host.CreateAsync(name, "12345");

        var page = await host.GetAsync<JsonNode>($"/api/artifacts?search={name}");

        var item = Assert.Single(page["items"]!.AsArray())!;
        Assert.Equal(
            (name, 2, 2, 5L),
            ((string)item["name"]!, (int)item["latestVersion"]!, (int)item["versionCount"]!, (long)item["size"]!)
        );
        Assert.Equal(second.CreatedAt, (DateTimeOffset)item["updatedAt"]!);
    }

    [Fact]
    public async Task pages_without_loss_or_repeat()
    {
        var project = ArtifactsHost.NewName("paged");
        var file = await host.UploadAsync("a", [1]);
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            names.Insert(0, await CreateAsync($"n{i}", "model", project, file));
        }

        Assert.Equal(names, await AllAsync($"/api/artifacts?project={project}&limit=2", "name", 5));
        Assert.Equal(names[3..], await AllAsync($"/api/artifacts?project={project}&limit=2&offset=3", "name", 5));
    }

    [Fact]
    public async Task pages_versions_the_newest_first()
    {
        var name = ArtifactsHost.NewName();
        for (var i = 0; i < 5; i++)
        {
            await host.CreateAsync(name);
        }

        Assert.Equal(
            ["5", "4", "3", "2", "1"],
            await AllAsync($"/api/artifacts/{name}/versions?limit=2", "version", 5)
        );
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=2001")]
    [InlineData("limit=x")]
    [InlineData("cursor=x")]
    [InlineData("cursor=WyJhIiwiYiJd")]
    [InlineData("offset=-1")]
    [InlineData("offset=1&cursor=x")]
    [InlineData("search=a%00b")]
    public async Task refuses_invalid_pages(string query)
    {
        var (status, problem) = await host.SendAsync(HttpMethod.Get, $"/api/artifacts?{query}");

        Assert.Equal(400, status);
        Assert.NotNull(problem);
    }

    [Theory]
    [InlineData("nothing-here", 404)]
    [InlineData("nothing-here/versions", 404)]
    [InlineData("nothing-here/versions/1", 404)]
    [InlineData("nothing-here/versions/latest", 404)]
    [InlineData("nothing-here/versions/a%2Fb", 404)]
    [InlineData("nothing-here/versions/1/files/a", 404)]
    [InlineData("nothing-here/versions/1/archive", 404)]
    [InlineData("nothing-here/versions/1/unknown", 404)]
    [InlineData("..%2F..%2Fetc", 400)]
    [InlineData(".hidden", 400)]
    public async Task answers_with_a_problem_for_what_does_not_exist(string path, int expected)
    {
        var (status, problem) = await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{path}");

        Assert.Equal(expected, status);
        Assert.NotNull(problem);
    }

    [Fact]
    [Trait("check", "ART-05")]
    public async Task returns_files_with_ranges_as_attachments()
    {
        var name = ArtifactsHost.NewName();
        var bytes = ArtifactsHost.RandomBytes(100_000);
        var file = await host.UploadAsync("reports/bericht ü%2.html", bytes);
        await host.CreateAsync(name, new CreateVersion { Files = [file] });
        var path = $"/api/artifacts/{name}/versions/1/files/reports/{Uri.EscapeDataString("bericht ü%2.html")}";

        using var whole = await host.Http.GetAsync(path);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Range = new RangeHeaderValue(60_000, null);
        request.Headers.IfRange = new RangeConditionHeaderValue(whole.Headers.ETag!);
        using var rest = await host.Http.SendAsync(request);
        using var known = new HttpRequestMessage(HttpMethod.Get, path);
        known.Headers.IfNoneMatch.Add(whole.Headers.ETag!);
        using var notModified = await host.Http.SendAsync(known);

        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal($"\"{file.Sha256}\"", whole.Headers.ETag!.Tag);
        Assert.Equal("nosniff", whole.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("attachment", whole.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("bericht ü%2.html", whole.Content.Headers.ContentDisposition.FileNameStar);
        Assert.Equal(HttpStatusCode.PartialContent, rest.StatusCode);
        Assert.Equal(bytes[60_000..], await rest.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotModified, notModified.StatusCode);
    }

    [Theory]
    [InlineData("../file.txt")]
    [InlineData("%2E%2E/%2E%2E/%2E%2E/etc/passwd")]
    [InlineData("..%2F..%2F..%2Fetc%2Fpasswd")]
    [InlineData("%5C..%5Cfile.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("file.txt/")]
    [InlineData("FILE.TXT")]
    [InlineData("")]
    public async Task returns_no_file_for_unsafe_paths(string path)
    {
        var name = ArtifactsHost.NewName();
        await host.CreateAsync(name);

        var (status, _) = await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/1/files/{path}");

        Assert.Equal(404, status);
    }

    [Fact]
    public async Task returns_all_of_a_file_for_a_range_of_another_unit()
    {
        var name = ArtifactsHost.NewName();
        await host.CreateAsync(name);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/artifacts/{name}/versions/1/files/file.txt");
        request.Headers.TryAddWithoutValidation("Range", "items=0-1");

        using var answer = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("content", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task reports_lost_bytes()
    {
        var name = ArtifactsHost.NewName();
        var version = await host.CreateAsync(name, "lost and found");
        var sha256 = version.Files[0].Sha256;
        File.Delete(Path.Combine(host.Folder, "blobs", sha256[..2], sha256[2..]));

        var (status, problem) = await host.SendAsync(
            HttpMethod.Get,
            $"/api/artifacts/{name}/versions/1/files/file.txt"
        );
        await host.UploadAsync("file.txt", Encoding.UTF8.GetBytes("lost and found"));
        var (repaired, _) = await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/1/files/file.txt");

        Assert.Equal((500, 200), (status, repaired));
        Assert.Equal("/problems/blob.lost", (string?)problem!["type"]);
    }

    [Fact]
    public async Task reports_lost_bytes_instead_of_an_archive()
    {
        var name = ArtifactsHost.NewName();
        var bytes = Encoding.UTF8.GetBytes("lost from an archive");
        await host.CreateAsync(
            name,
            new CreateVersion
            {
                Files =
                [
                    await host.UploadAsync("a.txt", Encoding.UTF8.GetBytes("kept in an archive")),
                    await host.UploadAsync("b.txt", bytes),
                ],
            }
        );
        var sha256 = ArtifactsHost.Sha256(bytes);
        File.Delete(Path.Combine(host.Folder, "blobs", sha256[..2], sha256[2..]));

        var (status, problem) = await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/1/archive");

        Assert.Equal((500, "/problems/blob.lost"), (status, (string?)problem!["type"]));
        Assert.Contains("b.txt", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task packs_a_version_into_an_archive()
    {
        var name = ArtifactsHost.NewName();
        var big = ArtifactsHost.RandomBytes(3_000_000);
        var longPath = $"{new string('d', 120)}/ü/{new string('f', 120)}.txt";
        await host.CreateAsync(
            name,
            new CreateVersion
            {
                Files =
                [
                    await host.UploadAsync("model.bin", big),
                    await host.UploadAsync(longPath, "text"u8.ToArray()),
                ],
            }
        );

        using var response = await host.Http.GetAsync($"/api/artifacts/{name}/versions/latest/archive");
        await using var tar = new TarReader(await response.Content.ReadAsStreamAsync());
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            using var content = new MemoryStream();
            await entry.DataStream!.CopyToAsync(content);
            files.Add(entry.Name, content.ToArray());
        }

        Assert.Equal("application/x-tar", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal([longPath, "model.bin"], files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(big, files["model.bin"]);
        Assert.Equal("text"u8.ToArray(), files[longPath]);
    }

    private async Task<string> CreateAsync(string prefix, string type, string project, ArtifactFile file)
    {
        var name = ArtifactsHost.NewName(prefix);
        await host.CreateAsync(
            name,
            new CreateVersion
            {
                Type = type,
                Project = project,
                Files = [file],
            }
        );
        return name;
    }

    private async Task<string[]> NamesAsync(string query)
    {
        var page = await host.GetAsync<JsonNode>($"/api/artifacts?{query}");
        var names = page["items"]!.AsArray().Select(item => (string)item!["name"]!).ToArray();
        Assert.Equal(names.Length, (int)page["total"]!);
        return names;
    }

    private async Task<List<string>> AllAsync(string path, string field, int total)
    {
        var values = new List<string>();
        var next = path;
        while (next is not null)
        {
            var page = await host.GetAsync<JsonNode>(next);
            Assert.Equal(total, (int)page["total"]!);
            values.AddRange(page["items"]!.AsArray().Select(item => item![field]!.ToString()));
            next = page["nextCursor"] is { } cursor ? $"{path}&cursor={cursor}" : null;
        }

        return values;
    }
}
