using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Npgsql;
using Platform.LocalServers;

namespace Platform.EndToEnd.Tests.Upgrades;

/// <summary>
/// What a platform of an earlier release left when it was killed, and what it said of itself before
/// (<c>scripts/make-release-fixture.sh</c>). It is restored as a backup is: wherever one likes.
/// </summary>
internal sealed class ReleaseData
{
    private readonly string _fixture;
    private readonly string _folder;

    private ReleaseData(string fixture, string folder, JsonNode contents) =>
        (_fixture, _folder, Contents) = (fixture, folder, contents);

    /// <summary>What the release said of its jobs, runs and artifacts, and what was in flight.</summary>
    public JsonNode Contents { get; }

    /// <summary>The environment variables that the release was configured with.</summary>
    public IEnumerable<(string Name, string Value)> Settings =>
        Contents["settings"]!.AsObject().Select(setting => (setting.Key, setting.Value!.GetValue<string>()));

    public string IdentityFile => PathOf("agent/identity.json");

    /// <summary>Restores a release's data in a folder that PostgreSQL's own user may pass through.</summary>
    public static async Task<ReleaseData> RestoreAsync(string release, string folder)
    {
        var fixture = Repository.PathOf("tests", "fixtures", $"release-{release}");
        var contents = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(fixture, "contents.json")))!;
        var data = new ReleaseData(fixture, folder, contents);
        await data.RestoreFilesAsync();
        await data.RestoreDatabaseAsync();
        return data;
    }

    /// <summary>A path in the data folder.</summary>
    public string PathOf(string relative) => Path.Combine(_folder, relative);

    /// <summary>One that was in flight: <c>running</c>, <c>stopping</c>, <c>resting</c> or <c>waiting</c>.</summary>
    public Guid JobInFlight(string name) => Contents["inFlight"]![name]!.GetValue<Guid>();

    /// <summary>A token that the release made: <c>administrator</c>, <c>reader</c> or <c>revoked</c>.</summary>
    public string Token(string name) => Contents["tokens"]![name]!.GetValue<string>();

    private async Task RestoreFilesAsync()
    {
        Directory.CreateDirectory(_folder);
        await using var file = Open("data.tar.gz");
        await TarFile.ExtractToDirectoryAsync(file, _folder, overwriteFiles: false);
    }

    /// <summary>Into a cluster of the platform's own, which it finds as if it had made it.</summary>
    private async Task RestoreDatabaseAsync()
    {
        var programs = PrivatePostgresOptions.SystemBinFolder()!;
        var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Folder = PathOf("postgres"), BinFolder = programs }
        );
        var database = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        var start = new ProcessStartInfo(Path.Combine(programs, "psql"))
        {
            ArgumentList =
            {
                "--no-psqlrc",
                "--quiet",
                "--output=/dev/null",
                "--set=ON_ERROR_STOP=1",
                "--single-transaction",
                $"--host={database.Host}",
                $"--port={database.Port}",
                $"--username={database.Username}",
                $"--dbname={database.Database}",
            },
            Environment = { ["PGPASSWORD"] = database.Password },
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using var psql = Process.Start(start)!;
        var errors = psql.StandardError.ReadToEndAsync();
        await using (var dump = Open("database.sql.gz"))
        await using (var input = psql.StandardInput.BaseStream)
        {
            await dump.CopyToAsync(input);
        }

        await psql.WaitForExitAsync();
        Assert.True(psql.ExitCode == 0, $"psql ended with {psql.ExitCode}: {await errors}");
    }

    private GZipStream Open(string file) =>
        new(File.OpenRead(Path.Combine(_fixture, file)), CompressionMode.Decompress);
}
