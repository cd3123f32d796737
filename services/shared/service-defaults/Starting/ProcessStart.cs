using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>Starts a process, or says in one line each why it is not started.</summary>
public static class ProcessStart
{
    /// <summary>Runs a program from its first line on; a start that fails is told on standard error, without a stack trace where the reason is known.</summary>
    /// <param name="name">Who says it, such as <c>platform</c>.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string name, Func<Task<int>> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        try
        {
            return await program();
        }
        catch (Exception exception) when (Reasons(exception) is { } reasons)
        {
            foreach (var reason in reasons)
            {
                await Console.Error.WriteLineAsync($"{name}: {reason}");
            }

            return 1;
        }
    }

    /// <summary>Checks all settings that are to be right at the start.</summary>
    /// <returns>False when some are not, which was written to <paramref name="errors"/>: a line each.</returns>
    public static async Task<bool> CheckSettingsAsync(
        this WebApplication app,
        TextWriter errors,
        string name = "platform"
    )
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(errors);
        var root = app.Environment.ContentRootPath;
        List<string> problems = [.. Settings.Problems(app.Services), .. Certificates.Problems(app.Configuration, root)];
        if (
            app.Services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(EventStore.EventStore))
            && ConnectionProblem(app.Configuration.GetConnectionString("Platform")) is { } problem
        )
        {
            problems.Add(problem);
        }

        if (problems.Count == 0)
        {
            try
            {
                app.Services.GetService<IStartupValidator>()?.Validate();
            }
            catch (Exception exception) when (Reasons(exception) is { } reasons)
            {
                problems.AddRange(reasons);
            }
        }

        foreach (var line in problems)
        {
            await errors.WriteLineAsync($"{name}: {line}");
        }

        return problems.Count == 0;
    }

    /// <summary>Tells of certificates that clients will refuse, which are used all the same.</summary>
    /// <param name="report">Told a sentence for each.</param>
    public static void WarnOfCertificates(this WebApplication app, Action<string> report)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(report);
        var now = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var warning in Certificates.Warnings(app.Configuration, app.Environment.ContentRootPath, now))
        {
            report(warning);
        }
    }

    /// <summary>
    /// Runs until it is stopped, after its settings, its port and its database were found in order; what is not is told in a line each before
    /// anything starts.
    /// </summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunServiceAsync(this WebApplication app, string name = "platform")
    {
        ArgumentNullException.ThrowIfNull(app);
        if (!await app.CheckSettingsAsync(Console.Error, name))
        {
            return 1;
        }

        string?[] problems =
        [
            PortProblem(app.Configuration["urls"]),
            .. app.Services.GetServices<WatchedFolder>().Select(FolderProblem),
        ];
        if (problems.OfType<string>().ToList() is { Count: > 0 } found)
        {
            foreach (var problem in found)
            {
                await Console.Error.WriteLineAsync($"{name}: {problem}");
            }

            return 1;
        }

        app.WarnOfCertificates(Say);
        await app.Services.PrepareDatabaseAsync(Say);
        await app.RunAsync();
        return 0;

        void Say(string reason) => Console.Error.WriteLine($"{name}: {reason}");
    }

    /// <summary>Why a start failed, where that is known: a sentence each; null where it is not, which is a fault of the program.</summary>
    internal static IReadOnlyList<string>? Reasons(Exception exception) =>
        exception switch
        {
            OptionsValidationException settings => [.. settings.Failures],
            AggregateException several
                when several.InnerExceptions.Select(Reasons).ToList() is var all
                    && all.TrueForAll(reasons => reasons is not null) => [.. all.SelectMany(reasons => reasons!)],
            SchemaRefusedException or DatabaseUnreachableException or DatabaseRefusedException =>
            [
                OneLine(exception.Message),
            ],
            NpgsqlException => [$"The database cannot be used: {OneLine(exception.Message)}"],
            // The configuration, where a value cannot be read; and files, folders and addresses that cannot be used.
            InvalidOperationException
            or IOException
            or UnauthorizedAccessException
            or SocketException
            or FormatException => [OneLine(exception.Message)],
            _ => null,
        };

    private static string OneLine(string text) =>
        string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static string? ConnectionProblem(string? connection)
    {
        const string Example = "Host=db.example;Username=platform;Password=…;Database=platform";
        if (string.IsNullOrWhiteSpace(connection))
        {
            return $"ConnectionStrings:Platform is missing. Set it to where PostgreSQL is: {Example}";
        }

        try
        {
            return string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(connection).Host)
                ? $"ConnectionStrings:Platform names no host. It is like: {Example}"
                : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException)
        {
            // Not what it says: that may have the password.
            return $"ConnectionStrings:Platform cannot be read. It is like: {Example}";
        }
    }

    /// <summary>Of those that the whole process depends on.</summary>
    private static string? FolderProblem(WatchedFolder folder)
    {
        if (!folder.IsShared)
        {
            return null;
        }

        try
        {
            var path = folder.Path();
            Directory.CreateDirectory(path);
            var file = Path.Combine(path, $".start-{Guid.CreateVersion7():N}");
            using (
                new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)
            )
            {
                return null;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"The folder of {folder.Name} cannot be written to: {OneLine(exception.Message)} Let the user who runs this own it, or set another.";
        }
    }

    /// <summary>Found before anything starts; whoever takes the port in between is told of by the server itself.</summary>
    private static string? PortProblem(string? urls)
    {
        foreach (
            var url in (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        )
        {
            BindingAddress address;
            try
            {
                address = BindingAddress.Parse(url);
            }
            catch (FormatException)
            {
                return $"--urls must name addresses like http://0.0.0.0:5080, not '{url}'.";
            }

            if (address.IsUnixPipe || address.Port == 0)
            {
                continue;
            }

            var host =
                IPAddress.TryParse(address.Host.Trim('[', ']'), out var parsed) ? parsed
                : address.Host is "localhost" ? IPAddress.Loopback
                : IPAddress.Any;
            try
            {
                using var listener = new TcpListener(host, address.Port);
                listener.Start();
            }
            catch (SocketException exception)
            {
                return exception.SocketErrorCode is SocketError.AddressAlreadyInUse
                    ? $"Port {address.Port} is in use on {address.Host}. Choose another with --urls, or stop what listens there."
                    : $"It cannot listen on {url}: {exception.Message}. Choose another address with --urls.";
            }
        }

        return null;
    }
}
