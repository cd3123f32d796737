using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;

namespace Platform.ServiceDefaults;

/// <summary>Checks the files of the certificates that Kestrel is to use, of which it says too little itself.</summary>
internal static class Certificates
{
    /// <summary>What keeps a process from starting: a sentence for each certificate that cannot be used.</summary>
    /// <param name="root">Where relative paths begin.</param>
    public static IEnumerable<string> Problems(IConfiguration configuration, string root) =>
        Sections(configuration).Select(section => Read(section, root, out _)).OfType<string>();

    /// <summary>A sentence for each that clients will refuse today.</summary>
    /// <inheritdoc cref="Problems" path="/param" />
    public static IEnumerable<string> Warnings(IConfiguration configuration, string root, DateTimeOffset now)
    {
        foreach (var section in Sections(configuration))
        {
            if (Read(section, root, out var dates) is not null)
            {
                continue;
            }

            if (now > dates.To)
            {
                yield return $"The certificate of {section.Path} ended at {dates.To:u}: clients refuse it. Put a new one at {section["Path"]} and restart.";
            }
            else if (now < dates.From)
            {
                yield return $"The certificate of {section.Path} begins at {dates.From:u}: clients refuse it until then. Check this machine's clock.";
            }
        }
    }

    private static IEnumerable<IConfigurationSection> Sections(IConfiguration configuration) =>
        configuration
            .GetSection("Kestrel:Endpoints")
            .GetChildren()
            .Select(endpoint => endpoint.GetSection("Certificate"))
            .Append(configuration.GetSection("Kestrel:Certificates:Default"))
            .Where(section => !string.IsNullOrEmpty(section["Path"]));

    private static string? Read(
        IConfigurationSection section,
        string root,
        out (DateTimeOffset From, DateTimeOffset To) dates
    )
    {
        dates = default;
        var path = Path.Combine(root, section["Path"]!);
        var key = section["KeyPath"] is { Length: > 0 } set ? Path.Combine(root, set) : null;
        foreach (var (file, setting) in new[] { (path, "Path"), (key, "KeyPath") })
        {
            if (file is not null && FileProblem(file) is { } problem)
            {
                return $"{section.Path}:{setting} cannot be read: {problem}";
            }
        }

        try
        {
            using var certificate = Load(path, key, section["Password"]);
            dates = (new(certificate.NotBefore), new(certificate.NotAfter));
            return null;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return key is null
                ? $"{section.Path}: {path} is no certificate with its key (PKCS #12) that opens with this password. For PEM files set KeyPath as well."
                : $"{section.Path}: {path} is no certificate in PEM, or {key} is not its key.";
        }
    }

    private static X509Certificate2 Load(string path, string? key, string? password) =>
        key is null ? X509CertificateLoader.LoadPkcs12FromFile(path, password)
        : password is { Length: > 0 } ? X509Certificate2.CreateFromEncryptedPemFile(path, password, key)
        : X509Certificate2.CreateFromPemFile(path, key);

    private static string? FileProblem(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
