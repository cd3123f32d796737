using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Platform.LocalServers;

namespace Platform.Web.Tests.Harness;

/// <summary>
/// Debian's nginx with a configuration and folders of its own: <c>/ml/</c> is a platform there, once with the prefix passed on and,
/// at another port, with the prefix taken off.
/// </summary>
internal sealed class Nginx : IAsyncDisposable
{
    public const string Prefix = "/ml";

    private readonly TestFolder _folder = new();
    private readonly int _passingOn = Ports.Free();
    private readonly int _takingOff = Ports.Free();
    private Process? _process;

    /// <summary>The platform's address, by whether nginx takes the prefix off.</summary>
    public string UrlOf(bool isTakenOff) =>
        string.Create(CultureInfo.InvariantCulture, $"{OriginOf(isTakenOff)}{Prefix}/");

    /// <summary>What a browser gives as <c>Origin</c> there.</summary>
    public string OriginOf(bool isTakenOff) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{(isTakenOff ? _takingOff : _passingOn)}");

    public async Task StartAsync(string platform)
    {
        var configuration = Path.Combine(_folder.Path, "nginx.conf");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            daemon off;
            pid {{_folder.Path}}/nginx.pid;
            user {{Environment.UserName}};
            worker_processes 1;
            events {}
            http {
              access_log off;
              client_body_temp_path {{_folder.Path}}/body;
              proxy_temp_path {{_folder.Path}}/proxy;
              fastcgi_temp_path {{_folder.Path}}/fastcgi;
              uwsgi_temp_path {{_folder.Path}}/uwsgi;
              scgi_temp_path {{_folder.Path}}/scgi;
              proxy_http_version 1.1;
              proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
              proxy_buffering off;
              proxy_request_buffering off;
              proxy_read_timeout 1h;
              client_max_body_size 0;
              server {
                listen 127.0.0.1:{{_passingOn}};
                location {{Prefix}}/ { proxy_pass {{platform}}; }
              }
              server {
                listen 127.0.0.1:{{_takingOff}};
                location {{Prefix}}/ { proxy_pass {{platform}}/; }
              }
            }
            """
        );
        _process = Process.Start(
            new ProcessStartInfo("/usr/sbin/nginx", ["-e", "stderr", "-p", _folder.Path, "-c", configuration])
        )!;
        await WaitFor.ConditionAsync(
            "nginx to answer",
            async () =>
            {
                Assert.False(_process.HasExited, "nginx ended.");
                using var socket = new TcpClient();
                try
                {
                    await socket.ConnectAsync("127.0.0.1", _takingOff);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _folder.Dispose();
    }
}
