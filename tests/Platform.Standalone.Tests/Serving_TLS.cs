using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Platform.LocalServers;

namespace Platform.Standalone.Tests;

/// <summary>The real program of a service with a certificate from files.</summary>
[Trait("suite", "integration")]
public sealed class Serving_TLS : IAsyncLifetime
{
    private const int Interrupt = 2;
    private const string TokenKey = "nVsJSipQ3HpdmPK1RqOYISNR5RZBM7VGH8x5jhSjQ2I=";

    private readonly TestFolder _folder = new();
    private readonly int _port = Ports.Free();
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync()
    {
        _folder.Dispose();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(30, null)]
    [InlineData(-1, "platform: The certificate of Kestrel:Certificates:Default ended at ")]
    public async Task uses_the_certificate_and_says_when_it_has_ended(int days, string? warning)
    {
        using var certificate = Write("server", days);
        using var process = Start(_folder.In("server.pem"), _folder.In("server.key"));
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await AnswersWithAsync(certificate);
        }
        finally
        {
            Assert.True(Unix.Signal(process.Id, Interrupt));
            await process.WaitForExitAsync();
        }

        var lines = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            warning is null ? 0 : 1,
            lines.Count(line => line.StartsWith(warning ?? "platform: ", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData("missing.pem", "server.key", "platform: Kestrel:Certificates:Default:Path cannot be read: ")]
    [InlineData("server.pem", "missing.key", "platform: Kestrel:Certificates:Default:KeyPath cannot be read: ")]
    [InlineData("server.pem", "other.key", "is not its key.")]
    [InlineData("server.key", "server.key", "is no certificate in PEM, or ")]
    [InlineData("server.pem", "", "For PEM files set KeyPath as well.")]
    public async Task is_refused_in_one_line_with_files_that_do_not_fit(string certificate, string key, string words)
    {
        Write("server", days: 30).Dispose();
        Write("other", days: 30).Dispose();
        using var process = Start(_folder.In(certificate), key.Length > 0 ? _folder.In(key) : "");
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
        var line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("platform: ", line, StringComparison.Ordinal);
        Assert.Contains(words, line, StringComparison.Ordinal);
    }

    private Process Start(string certificate, string key) =>
        Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    Repository.Built("Platform.Jobs", "Platform.Jobs.dll"),
                    $"--urls=https://localhost:{_port}",
                    $"--Kestrel:Certificates:Default:Path={certificate}",
                    $"--Kestrel:Certificates:Default:KeyPath={key}",
                    $"--Platform:TokenKey={TokenKey}",
                    $"--ConnectionStrings:Platform={_database.ConnectionString}",
                ]
            )
            {
                RedirectStandardError = true,
            }
        )!;

    /// <summary>Asks until the service answers, and trusts no other certificate than this one.</summary>
    private async Task AnswersWithAsync(X509Certificate2 certificate)
    {
        var trust = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid,
        };
        trust.CustomTrustStore.Add(certificate);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;
        using var http = new HttpClient(handler);
        await WaitFor.ConditionAsync(
            "the service to answer",
            async () =>
            {
                try
                {
                    using var answer = await http.GetAsync(new Uri($"https://localhost:{_port}/health/self"));
                    return answer.StatusCode is HttpStatusCode.OK;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(60)
        );
    }

    /// <summary>Writes NAME.pem and NAME.key.</summary>
    /// <param name="days">How long from now it lasts; less than 0 for one that has ended.</param>
    private X509Certificate2 Write(string name, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-2), now.AddDays(days));
        File.WriteAllText(_folder.In($"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_folder.In($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}
