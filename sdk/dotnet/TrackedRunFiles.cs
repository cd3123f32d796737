using System.Security.Cryptography;

namespace Platform.Sdk;

/// <content>Files and images of a run.</content>
public sealed partial class TrackedRun
{
    private const int MaxImage = 64 << 20;
    private const int MaxCaption = 1000;

    /// <summary>The last step of each key with media, and how many it has.</summary>
    private readonly Dictionary<string, (long Step, int Count)> _media = new(StringComparer.Ordinal);

    /// <summary>
    /// Stores a file, or what is in a folder, as files of the run. It is copied before this returns. A file takes the place of one
    /// that was stored under its name.
    /// </summary>
    /// <param name="path">A file, or a folder with everything in it.</param>
    /// <param name="name">Its path among the run's files, with forward slashes; its own name by default.</param>
    public void LogFile(string path, string? name = null)
    {
        if (_recorder is null || !IsOpen("the file"))
        {
            return;
        }

        try
        {
            path = Path.GetFullPath(path);
            name ??= Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
            var isFolder = Directory.Exists(path);
            var (files, leftOut) = ArtifactFolder.Read(path);
            foreach (var file in files)
            {
                Store(file.File, isFolder ? $"{name}/{file.Name}" : name);
            }

            foreach (var (left, reason) in leftOut)
            {
                _refusals.Add(left, reason);
            }
        }
        catch (Exception e)
        {
            _refusals.Add("the file", e.Message);
        }
    }

    /// <summary>Logs an image by the path of its file.</summary>
    /// <inheritdoc cref="LogImage(string, byte[], long?, string?)"/>
    public void LogImage(string key, string path, long? step = null, string? caption = null) =>
        LogImage(key, () => ReadImage(path), step, caption);

    /// <summary>Logs an image.</summary>
    /// <param name="key">What it shows, such as <c>samples/test</c>; images of one key are a series over steps.</param>
    /// <param name="image">The bytes of a PNG, JPEG, GIF, BMP or WebP file.</param>
    /// <param name="step">The step; by default the last one.</param>
    /// <param name="caption">At most 1000 characters; more is cut.</param>
    public void LogImage(string key, byte[] image, long? step = null, string? caption = null) =>
        LogImage(key, () => image, step, caption);

    private void LogImage(string key, Func<byte[]> read, long? step, string? caption)
    {
        if (_recorder is null || !IsOpen(key))
        {
            return;
        }

        try
        {
            if (!Values.IsName(key, Values.MaxName))
            {
                throw new FormatException(NameRule);
            }

            if (step is < -Records.MaxStep or > Records.MaxStep)
            {
                throw new FormatException("a step must be within 2^53 - 1");
            }

            AwaitStep(step);
            var image = read();
            var ending = ImageEnding(image);
            long number;
            long ticks;
            int place;
            lock (_gate)
            {
                (number, ticks) = (step ?? _nextStep - 1, NextTicks());
                place = _media.TryGetValue(key, out var last) && last.Step == number ? last.Count + 1 : 1;
                _media[key] = (number, place);
            }

            var digest = Convert.ToHexStringLower(SHA256.HashData(image))[..12];
            // By its number in the step: several are shown in the order in which they were logged, equal ones too.
            var path = $"media/{Values.PathWord(key)}-{number}-{place:0000}-{digest}.{ending}";
            using var content = new MemoryStream(image);
            _recorder.ReserveMedia(image.Length);
            var file = FileRecord(path, content, isMedia: true);
            var cut = caption is null ? null : Values.Cut(Values.Text(caption), MaxCaption);
            _recorder.Add([.. file, .. Records.Media(key, number, ticks, "image", path, cut)], 1);
        }
        catch (Exception e)
        {
            _refusals.Add(key, e.Message);
        }
    }

    private void Store(string file, string name)
    {
        try
        {
            if (name.Split('/').Any(part => part is "" or "." or ".."))
            {
                throw new FormatException("it is no path within the files of a run");
            }

            using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            _recorder!.Add(FileRecord(name, content, isMedia: false), 1);
        }
        catch (Exception e)
        {
            _refusals.Add(name, e.Message);
        }
    }

    /// <summary>Copies a file.</summary>
    /// <returns>The record that stores it.</returns>
    private byte[] FileRecord(string path, Stream content, bool isMedia)
    {
        var folder = Path.Combine(_recorder!.FolderForFiles, Guid.CreateVersion7().ToString("D"));
        Directory.CreateDirectory(folder);
        try
        {
            var copy = Path.Combine(folder, "incoming");
            string sha256;
            long size;
            using (var target = File.Create(copy))
            {
                content.CopyTo(target);
                size = target.Length;
                target.Position = 0;
                sha256 = Convert.ToHexStringLower(SHA256.HashData(target));
            }

            File.Move(copy, Path.Combine(folder, sha256));
            return Records.File(path, folder, sha256, size, isMedia);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private static byte[] ReadImage(string path)
    {
        if (!ArtifactFolder.IsRegular(path))
        {
            throw new FileNotFoundException("there is no such file");
        }

        return new FileInfo(path).Length <= MaxImage ? File.ReadAllBytes(path) : throw TooLarge();
    }

    private static string ImageEnding(byte[] image) =>
        image.Length > MaxImage
            ? throw TooLarge()
            : image switch
            {
                [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ..] => "png",
                [0xff, 0xd8, 0xff, ..] => "jpg",
                [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "gif",
                [(byte)'B', (byte)'M', ..] => "bmp",
                [
                    (byte)'R',
                    (byte)'I',
                    (byte)'F',
                    (byte)'F',
                    _,
                    _,
                    _,
                    _,
                    (byte)'W',
                    (byte)'E',
                    (byte)'B',
                    (byte)'P',
                    ..,
                ] => "webp",
                _ => throw new FormatException("it is no PNG, JPEG, GIF, BMP or WebP"),
            };

    private static FormatException TooLarge() => new($"an image has at most {MaxImage >> 20} MiB");
}
