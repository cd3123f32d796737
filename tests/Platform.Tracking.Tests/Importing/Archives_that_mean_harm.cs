using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Importing;

[Trait("suite", "integration")]
[Trait("check", "RUN-23")]
public sealed class Archives_that_mean_harm(TrackingHost host) : IClassFixture<TrackingHost>
{
    private readonly string _id = $"harm-{Guid.CreateVersion7():N}";

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("runs/../../outside.txt")]
    [InlineData("runs/a/../../../run.json")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\outside.txt")]
    [InlineData("runs\\a\\run.json")]
    [InlineData("runs/../run.json")]
    [InlineData("runs/a/logs/../run.json")]
    [InlineData("runs/a/logs/b/c.log")]
    [InlineData("runs/.hidden/run.json")]
    [InlineData("runs/a/run.json\n")]
    [InlineData("something-else.txt")]
    public async Task with_a_name_that_leads_elsewhere_write_nothing(string name)
    {
        var problem = await ImportAsync(
            Importing_runs.Archive(Importing_runs.Manifest, Good, (name, Importing_runs.RunJson("a")))
        );

        await RefusedAsync(problem, "import.entry-name");
    }

    [Theory]
    [InlineData(0xA1FF)]
    [InlineData(0x61B6)]
    [InlineData(0x41ED)]
    public async Task with_a_link_a_device_or_a_folder_for_a_file_write_nothing(int mode)
    {
        var archive = Importing_runs.Archive(Importing_runs.Manifest, Good, ("runs/a/run.json", "/etc/passwd"));
        // The kind of the last file, in the central directory, as Unix packs it.
        archive[LastRecord(archive) + 5] = 3;
        BinaryPrimitives.WriteUInt32LittleEndian(archive.AsSpan(LastRecord(archive) + 38), (uint)mode << 16);

        await RefusedAsync(await ImportAsync(archive), "import.entry-kind");
    }

    [Fact]
    public async Task with_a_name_twice_write_nothing() =>
        await RefusedAsync(
            await ImportAsync(Importing_runs.Archive(Importing_runs.Manifest, Good, Good)),
            "import.entry-twice"
        );

    [Fact]
    public async Task that_claim_to_be_huge_write_nothing()
    {
        var archive = Importing_runs.Archive(Importing_runs.Manifest, Good);
        // The length of the last file, in the central directory.
        BinaryPrimitives.WriteUInt32LittleEndian(archive.AsSpan(LastRecord(archive) + 24), uint.MaxValue - 1);

        var report = await ImportAsync(archive, HttpStatusCode.OK);

        // 4 GiB are within the limits of an archive; that there are not as many is found when the file is read.
        Assert.Equal("refused", report["items"]![0]!["outcome"]!.GetValue<string>());
        await NothingAsync();
    }

    [Theory]
    [InlineData("run.json")]
    [InlineData("metrics.csv")]
    [InlineData("logs/a.log")]
    public async Task whose_files_are_damaged_write_nothing(string name)
    {
        var content =
            name is "run.json" ? Importing_runs.RunJson("a")
            : name is "metrics.csv" ? Importing_runs.Points
            : "a line\n";
        (string, string) run = ("runs/a/run.json", Importing_runs.RunJson("a"));
        var archive = Importing_runs.Archive([
            Importing_runs.Manifest,
            .. name is "run.json" ? Array.Empty<(string, string)>() : [run],
            ($"runs/a/{name}", content),
        ]);
        // The CRC-32 of the last file, in the central directory.
        archive[LastRecord(archive) + 16] ^= 1;

        var report = await ImportAsync(archive, HttpStatusCode.OK);

        Assert.Equal("refused", report["items"]![0]!["outcome"]!.GetValue<string>());
        await NothingAsync();
    }

    [Fact]
    public async Task with_more_files_than_there_may_be_write_nothing()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < 200_001; i++)
            {
                zip.CreateEntry($"runs/r{i}/", CompressionLevel.NoCompression);
            }
        }

        await RefusedAsync(await ImportAsync(stream.ToArray()), "import.too-many-entries");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no archive at all")]
    public async Task that_are_no_archives_write_nothing(string content) =>
        await RefusedAsync(await ImportAsync(Encoding.UTF8.GetBytes(content)), "import.no-archive");

    [Fact]
    public async Task that_are_cut_off_write_nothing()
    {
        var archive = Importing_runs.Archive(Importing_runs.Manifest, Good);

        await RefusedAsync(await ImportAsync(archive[..^30]), "import.no-archive");
        await RefusedAsync(await ImportAsync(archive[(archive.Length / 2)..]), "import.no-archive");
    }

    [Theory]
    [InlineData("""{"format":"platform-runs","version":2,"exportedAt":"2026-01-02T03:04:05Z"}""")]
    [InlineData("""{"format":"other","version":1,"exportedAt":"2026-01-02T03:04:05Z"}""")]
    [InlineData("{")]
    [InlineData("null")]
    public async Task of_another_kind_write_nothing(string manifest)
    {
        await RefusedAsync(
            await ImportAsync(Importing_runs.Archive(("platform-runs.json", manifest), Good)),
            "import.no-manifest"
        );
        await RefusedAsync(await ImportAsync(Importing_runs.Archive(Good)), "import.no-manifest");
    }

    [Fact]
    public async Task whose_files_are_damaged_cost_only_their_run()
    {
        var archive = Importing_runs.Archive(
            Importing_runs.Manifest,
            Good,
            ("runs/damaged/run.json", Importing_runs.RunJson("damaged"))
        );
        var name = Encoding.ASCII.GetBytes("runs/damaged/run.json");
        var at = archive.AsSpan().IndexOf(name) + name.Length;
        archive.AsSpan(at, 20).Fill(0xFF);

        var report = await ImportAsync(archive, HttpStatusCode.OK);

        Assert.Equal(
            ["imported", "refused"],
            report["items"]!.AsArray().Select(item => item!["outcome"]!.GetValue<string>())
        );
    }

    [Fact]
    public async Task sent_as_something_else_are_refused()
    {
        using var content = new StringContent("{}");
        using var response = await host.Http.PostAsync("/api/runs/import", content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    private (string, string) Good => ($"runs/{_id}/run.json", Importing_runs.RunJson(_id));

    private Task<JsonNode> ImportAsync(byte[] archive, HttpStatusCode expected = HttpStatusCode.BadRequest) =>
        Importing_runs.ImportAsync(host, archive, expected: expected);

    private async Task RefusedAsync(JsonNode problem, string code)
    {
        Assert.Equal(code, problem["code"]!.GetValue<string>());
        Assert.Equal("/problems/import.invalid-archive", problem["type"]!.GetValue<string>());
        await NothingAsync();
    }

    private async Task NothingAsync() => await host.GetAsync($"/api/runs/{_id}", HttpStatusCode.NotFound);

    private static int LastRecord(byte[] archive) => archive.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
}
