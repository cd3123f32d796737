using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Cli.Tests;

/// <summary>A server that answers as the test defines, and records the requests.</summary>
internal sealed class FakePlatform : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Request> _requests = new();

    private FakePlatform(RequestDelegate answer, string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        _app = builder.Build();
        _app.Run(async context =>
        {
            context.Request.EnableBuffering();
            using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
            _requests.Enqueue(
                new Request(
                    $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}",
                    await reader.ReadToEndAsync(),
                    context.Request.Headers.ToDictionary(
                        header => header.Key,
                        header => header.Value.ToString(),
                        StringComparer.OrdinalIgnoreCase
                    )
                )
            );
            context.Request.Body.Position = 0;
            await answer(context);
        });
    }

    public string Url => _app.Urls.Single();

    public IReadOnlyList<Request> Requests => [.. _requests];

    /// <param name="url">Where it answers; at a free port when left out.</param>
    public static async Task<FakePlatform> StartAsync(RequestDelegate answer, string url = "http://127.0.0.1:0")
    {
        var platform = new FakePlatform(answer, url);
        await platform._app.StartAsync();
        return platform;
    }

    /// <summary>Answers everything with one JSON text.</summary>
    public static Task<FakePlatform> AnsweringAsync(string json, int status = 200, string type = "application/json") =>
        StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            return context.Response.WriteAsync(json);
        });

    /// <summary>Runs a command against it.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) =>
        CommandResult.OfAsync([.. arguments, "--server", Url]);

    /// <summary>Stops at once, and loses the connections that are open.</summary>
    public async Task StopAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await DisposeAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal sealed record Request(string Line, string Body, IReadOnlyDictionary<string, string> Headers);
}

/// <summary>A command's exit code and output.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    private CommandResult(int exitCode, byte[] output, string error)
        : this(exitCode, Encoding.UTF8.GetString(output), error) => Bytes = output;

    /// <summary>The output as it is.</summary>
    public byte[] Bytes { get; } = [];

    public static Task<CommandResult> OfAsync(params string[] arguments) =>
        OfAsync(arguments, new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>Runs a command that sees no environment but this one, so not the contexts of whoever runs the test.</summary>
    public static async Task<CommandResult> OfAsync(
        string[] arguments,
        IReadOnlyDictionary<string, string> environment,
        string input = ""
    )
    {
        using var bytes = new MemoryStream();
        await using var output = new StreamWriter(bytes) { AutoFlush = true };
        await using var error = new StringWriter();
        using var reader = new StringReader(input);
        var exitCode = await CommandLineProgram.RunAsync(
            arguments,
            new CommandInvocation
            {
                Output = output,
                OutputBytes = bytes,
                Error = error,
                GivenInput = reader,
                Variable = name =>
                    name is "XDG_CONFIG_HOME"
                        ? environment.GetValueOrDefault(name, "/nonexistent")
                        : environment.GetValueOrDefault(name),
            }
        );
        return new CommandResult(exitCode, bytes.ToArray(), error.ToString());
    }
}
