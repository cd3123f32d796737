using System.Security.Cryptography;
using System.Text;
using Platform.Cli.Backups;

namespace Platform.Cli.Tests.Backups;

public sealed class A_backup_file : IDisposable
{
    private readonly TestFolder _folder = new();

    private string File => _folder.In("a.tar");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task that_is_whole_is_read_as_it_was_written()
    {
        await WriteAsync();

        var backup = await ReadAsync();

        Assert.Equal("here", backup.Header.Host);
        Assert.Equal(["token-key"], backup.Manifest.Secrets);
        Assert.Equal((1, 5, 3), (backup.Manifest.Blobs.Count, backup.Manifest.Blobs.Bytes, backup.Manifest.Events()));
        var table = Assert.Single(Assert.Single(backup.Manifest.Schemas).Tables);
        Assert.Equal((2, 1), (table.Rows, table.Parts));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, EntryModes().Distinct().Single());
    }

    [Fact]
    public async Task of_which_any_byte_was_changed_is_refused()
    {
        await WriteAsync();
        var whole = await System.IO.File.ReadAllBytesAsync(File);
        for (var at = 0; at < whole.Length; at++)
        {
            var changed = whole.ToArray();
            changed[at] ^= (byte)(1 + at % 255);

            Assert.False(await IsIntactAsync(changed), $"Nobody notices that byte {at} of {whole.Length} was changed.");
        }
    }

    [Fact]
    public async Task that_was_cut_anywhere_or_goes_on_is_refused()
    {
        await WriteAsync();
        var whole = await System.IO.File.ReadAllBytesAsync(File);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.False(await IsIntactAsync(whole[..length]), $"Nobody notices the cut after {length} bytes.");
        }

        Assert.False(await IsIntactAsync([.. whole, 0]));
        Assert.True(await IsIntactAsync(whole));
    }

    /// <summary>The same from outside: one line, whatever is wrong.</summary>
    [Fact]
    public async Task that_is_damaged_is_refused_in_a_line()
    {
        await WriteAsync();
        var whole = await System.IO.File.ReadAllBytesAsync(File);
        for (var at = 0; at < whole.Length; at += 211)
        {
            var changed = whole.ToArray();
            changed[at] ^= 0xff;
            await RefusesAsync(changed);
            await RefusesAsync(whole[..at]);
        }
    }

    [Theory]
    [InlineData(BackupFile.Format + 1, "0.0.1")]
    [InlineData(BackupFile.Format, "99.0.0")]
    public async Task of_a_newer_release_is_refused(int format, string version)
    {
        await WriteAsync(format, version);

        var refusal = await Assert.ThrowsAsync<CliException>(ReadAsync);

        Assert.Contains($"{version} of the platform, which is newer than this one", refusal.Message);
    }

    [Fact]
    public async Task with_another_content_than_its_manifest_says_is_refused()
    {
        await WriteAsync(events: "1\tjob_submitted\n");

        var backup = await BackupFile.OpenAsync(File, _ => { }, CancellationToken.None);
        var other = backup with { Manifest = backup.Manifest with { Blobs = new BlobContent(2, 5, [], []) } };

        await Assert.ThrowsAsync<CliException>(() =>
            new BackupCheck(other, NoTarget.Instance).RunAsync(_ => { }, CancellationToken.None)
        );
    }

    [Fact]
    public async Task that_is_none_is_refused_by_verify_and_restore_and_leaves_nothing()
    {
        await System.IO.File.WriteAllTextAsync(File, "no backup");

        var verify = await CommandResult.OfAsync("backup", "verify", File);
        var restore = await CommandResult.OfAsync("restore", File, "--data", _folder.In("data"));

        var expected =
            $"platform: {File} is not a backup of a platform, or its beginning is damaged. Use another file.\n";
        Assert.Equal((1, expected), (verify.ExitCode, verify.Error));
        Assert.Equal((1, expected), (restore.ExitCode, restore.Error));
        Assert.False(Directory.Exists(_folder.In("data")));
        Assert.Equal(
            $"platform: {_folder.In("none")} does not exist.\n",
            (await CommandResult.OfAsync("backup", "verify", _folder.In("none"))).Error
        );
    }

    [Fact]
    public async Task is_restored_into_an_empty_folder_only()
    {
        await WriteAsync();

        var restore = await CommandResult.OfAsync("restore", File, "--data", _folder.Path);

        Assert.Equal(
            (
                1,
                $"platform: {_folder.Path} is not empty; a backup is restored into an empty or a new folder only. Give one with --data.\n"
            ),
            (restore.ExitCode, restore.Error)
        );
        Assert.Equal([File], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task is_written_of_what_there_is_and_overwrites_nothing()
    {
        await System.IO.File.WriteAllTextAsync(File, "mine");

        var existing = await CommandResult.OfAsync("backup", File, "--data", _folder.In("data"));
        var nothing = await CommandResult.OfAsync("backup", _folder.In("b.tar"), "--data", _folder.In("data"));
        var keep = await CommandResult.OfAsync("backup", File, "--keep", "3");

        Assert.Equal($"platform: {File} exists already and is not overwritten; give another name.\n", existing.Error);
        Assert.Equal(
            $"platform: No platform has run on {_folder.In("data")}; give its data folder with --data.\n",
            nothing.Error
        );
        Assert.Equal(
            (2, $"platform: --keep needs a folder that exists; {File} is none.\n"),
            (keep.ExitCode, keep.Error)
        );
        Assert.False(Directory.Exists(_folder.In("data")));
    }

    [Fact]
    public void in_a_folder_is_found_by_its_name_only()
    {
        var times = new[] { "2031-01-02T03:04:05Z", "2031-02-02T03:04:05Z" };
        foreach (var time in times)
        {
            System.IO.File.WriteAllText(_folder.In(BackupNames.FileAt(DateTimeOffset.Parse(time))), "");
        }

        System.IO.File.WriteAllText(_folder.In("platform-mine.backup.tar"), "");

        Assert.Equal(
            [_folder.In("platform-20310202T030405Z.backup.tar"), _folder.In("platform-20310102T030405Z.backup.tar")],
            BackupNames.FilesIn(_folder.Path)
        );
    }

    private async Task WriteAsync(
        int format = BackupFile.Format,
        string version = "0.1.0",
        string events = "1\tjob_submitted\n2\tjob_placed\n"
    )
    {
        await using var file = new FileStream(File, FileMode.Create, FileAccess.Write);
        await using var writer = await BackupWriter.BeginAsync(
            file,
            new BackupHeader(format, version, DateTimeOffset.UnixEpoch, "here"),
            CancellationToken.None
        );
        await writer.AddSecretAsync("token-key", "a key", CancellationToken.None);
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(events));
        var table = await writer.AddTableAsync("jobs", "mt_events", ["seq_id", "type"], text, CancellationToken.None);
        var blob = Encoding.UTF8.GetBytes("bytes");
        using var bytes = new MemoryStream(blob);
        Assert.True(
            await writer.AddBlobAsync(Convert.ToHexStringLower(SHA256.HashData(blob)), bytes, CancellationToken.None)
        );
        await writer.CompleteAsync(
            new BackupManifest(
                [
                    new SchemaContent(
                        "jobs",
                        ["001_job"],
                        [table],
                        new Dictionary<string, long> { ["mt_events_sequence"] = 3 },
                        new Dictionary<string, long> { ["job"] = 3 }
                    ),
                ],
                ["token-key"],
                new BlobContent(1, blob.Length, [], [])
            ),
            CancellationToken.None
        );
    }

    private async Task<BackupFile> ReadAsync()
    {
        var backup = await BackupFile.OpenAsync(File, _ => { }, CancellationToken.None);
        await new BackupCheck(backup, NoTarget.Instance).RunAsync(_ => { }, CancellationToken.None);
        return backup;
    }

    private async Task RefusesAsync(byte[] content)
    {
        await System.IO.File.WriteAllBytesAsync(File, content);
        var refusal = await Assert.ThrowsAsync<CliException>(ReadAsync);
        Assert.StartsWith(File, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> IsIntactAsync(byte[] content)
    {
        using var stream = new MemoryStream(content);
        return await BackupChecksum.IsIntactAsync(stream, _ => { }, CancellationToken.None);
    }

    private List<UnixFileMode> EntryModes()
    {
        using var file = System.IO.File.OpenRead(File);
        using var tar = new System.Formats.Tar.TarReader(file);
        var modes = new List<UnixFileMode>();
        while (tar.GetNextEntry() is { } entry)
        {
            modes.Add(entry.Mode);
        }

        return modes;
    }
}
