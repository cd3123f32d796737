using System.Text;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Platform.Gateway.WebApp;

/// <summary>
/// The files of the web app, of which the page says below which path the platform is shown: the app has no address of its own in it,
/// all are relative to <c>&lt;base href&gt;</c>.
/// </summary>
/// <param name="started">The start of the process, since another start may have another prefix.</param>
internal sealed class WebAppPage(IFileProvider files, string page, PathString prefix, DateTimeOffset started)
    : IFileProvider
{
    private const string Root = "<base href=\"/\"";

    /// <summary>A page as it is served below a prefix.</summary>
    /// <param name="prefix">A checked one (<see cref="GatewayOptions.IsPathBase"/>), which needs no escaping.</param>
    public static string Below(PathString prefix, string page) =>
        page.Replace(Root, $"<base href=\"{prefix}/\"", StringComparison.Ordinal);

    public IFileInfo GetFileInfo(string subpath)
    {
        var file = files.GetFileInfo(subpath);
        return file.Exists && string.Equals(subpath.TrimStart('/'), page, StringComparison.Ordinal)
            ? new Page(file, prefix, started)
            : file;
    }

    public IDirectoryContents GetDirectoryContents(string subpath) => files.GetDirectoryContents(subpath);

    public IChangeToken Watch(string filter) => files.Watch(filter);

    private sealed class Page(IFileInfo file, PathString prefix, DateTimeOffset started) : IFileInfo
    {
        private readonly byte[] _bytes = Encoding.UTF8.GetBytes(Below(prefix, Read(file)));

        public bool Exists => true;

        public long Length => _bytes.Length;

        public string? PhysicalPath => null;

        public string Name => file.Name;

        public DateTimeOffset LastModified => file.LastModified > started ? file.LastModified : started;

        public bool IsDirectory => false;

        public Stream CreateReadStream() => new MemoryStream(_bytes, writable: false);

        private static string Read(IFileInfo file)
        {
            using var reader = new StreamReader(file.CreateReadStream());
            return reader.ReadToEnd();
        }
    }
}
