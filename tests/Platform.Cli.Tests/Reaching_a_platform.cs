using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.Cli.Platforms;
using Platform.Cli.Server;

namespace Platform.Cli.Tests;

/// <summary>The built program, because .NET reads these variables once in a process.</summary>
public sealed class Reaching_a_platform : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task goes_through_the_proxy_of_HTTPS_PROXY()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        var asked = FirstLineAsync(proxy);

        var result = await RunAsync("https://train.example", ("HTTPS_PROXY", $"http://{proxy.LocalEndpoint}"));

        Assert.Equal("CONNECT train.example:443 HTTP/1.1", await asked);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("the proxy refuses to connect to it", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task goes_straight_to_what_NO_PROXY_names_and_to_this_machine()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        var address = $"http://{proxy.LocalEndpoint}";
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        var excepted = await RunAsync(
            "https://train.invalid",
            ("HTTPS_PROXY", address),
            ("NO_PROXY", "localhost,.invalid")
        );
        var local = await RunAsync(platform.Url, ("http_proxy", address), ("ALL_PROXY", address));

        Assert.Equal(1, excepted.ExitCode);
        Assert.Equal(0, local.ExitCode);
        Assert.False(proxy.Pending());
    }

    [Fact]
    public async Task says_in_plain_words_that_the_connection_was_lost_while_sending()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var client = new PlatformClient(new Uri($"http://{server.LocalEndpoint}"), token: null);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/artifacts/blobs/a")
        {
            Content = new ByteArrayContent(new byte[50_000_000]),
        };
        var sent = client.SendAsync(request, CancellationToken.None);
        using (var connection = await server.AcceptTcpClientAsync())
        {
            await connection.GetStream().ReadExactlyAsync(new byte[1000]);
            // Closes without the usual farewell.
            connection.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        var lost = await Assert.ThrowsAsync<PlatformUnavailableException>(() => sent);
        // What the system notices first is a matter of luck.
        Assert.True(
            new[] { "(the connection was lost)", "(it closed the connection)" }.Any(lost.Message.Contains),
            lost.Message
        );
    }

    [Fact]
    public async Task says_that_what_answers_speaks_no_https()
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");
        var address = platform.Url.Replace("http:", "https:", StringComparison.Ordinal);

        var result = await RunAsync(address);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            $"platform: What answers at {address}/ does not speak https. Give the address with http:// if it is meant.\n",
            result.Error
        );
    }

    [Fact]
    public async Task of_another_machine_does_not_end_in_advice_to_start_it_here()
    {
        var result = await RunAsync("http://train.invalid:5080");

        Assert.StartsWith(
            "platform: The platform does not answer at http://train.invalid:5080/ (",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("platform up", result.Error, StringComparison.Ordinal);
        Assert.Contains("--server", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task trusts_the_certificates_of_SSL_CERT_FILE()
    {
        using var key = ECDsa.Create();
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero)
        );
        var file = _folder.In("authorities.pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ListenLocalhost(Platform.LocalServers.Ports.Free(), listen => listen.UseHttps(certificate))
        );
        await using var app = builder.Build();
        app.Run(context => context.Response.WriteAsync("""{"items":[]}"""));
        await app.StartAsync();
        var url = app.Urls.Single();

        var unknown = await RunAsync(url);
        var trusted = await RunAsync(url, ("SSL_CERT_FILE", file));

        Assert.Equal(1, unknown.ExitCode);
        Assert.StartsWith(
            $"platform: The certificate of {url}/ is not trusted",
            unknown.Error,
            StringComparison.Ordinal
        );
        Assert.Contains("SSL_CERT_FILE", unknown.Error, StringComparison.Ordinal);
        Assert.True(trusted.ExitCode == 0, trusted.Error);
    }

    private async Task<CommandResult> RunAsync(string server, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(
            BuiltPrograms.DotNet,
            [Path.Combine(BuiltPrograms.FolderOf("Platform.Cli"), "platform.dll"), "nodes", "list", "--server", server]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CONFIG_HOME"] = _folder.In("config");
        foreach (var name in start.Environment.Keys.Where(IsProxy).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CommandResult(process.ExitCode, await output, await error);
    }

    private static bool IsProxy(string variable) => variable.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase);

    /// <summary>What a proxy is asked; it refuses.</summary>
    private static async Task<string?> FirstLineAsync(TcpListener proxy)
    {
        using var client = await proxy.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync();
        await stream.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        return line;
    }
}
