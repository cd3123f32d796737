using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

internal static class SubmitJob
{
    /// <summary>Which of two was meant, nobody can tell.</summary>
    private static readonly JsonDocumentOptions _oneOfEachField = new() { AllowDuplicateProperties = false };

    /// <summary>More than any platform takes.</summary>
    private const int MaxLength = 64 * 1024 * 1024;

    private const string InsteadOfLargeFiles =
        "Upload large files with './platform artifacts upload', and name that artifact in the job's inputs.";

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A job as JSON; - reads it from standard input." };
        var key = new Option<string?>("--idempotency-key")
        {
            Description = "Submitting again with the same key gives the same job.",
        };
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "Follow the log until the job ends; fail when the job fails.",
        };
        var check = new Option<bool>("--check")
        {
            Description = "Dry run: only print errors, and fail if there are any; nothing is submitted.",
        };
        var command = new Command("submit", "Submit a job.") { file, key, follow, check };
        command.RefuseTogether(GlobalOptions.Json, follow);
        return command.Does(async context =>
        {
            var body = await ReadAsync(context, context.Value(file));
            if (context.Value(check))
            {
                return await CheckAsync(context, body);
            }

            var job = await SubmitAsync(context.Client, body, context.Value(key), context.Cancelled);
            if (!context.Value(follow))
            {
                return Print(context, job);
            }

            await context.Error.WriteLineAsync($"Job {job.Field("id")} ({job.Field("name")})");
            return await FollowAsync(context, Guid.Parse(job.Field("id")));
        });
    }

    private static async Task<int> FollowAsync(CommandContext context, Guid job)
    {
        try
        {
            return await JobFollower.FollowAsync(context, context.Client, job);
        }
        catch (OperationCanceledException) when (context.Cancelled.IsCancellationRequested)
        {
            await context.Error.WriteLineAsync(
                $"Job {job} goes on: './platform jobs logs -f {job}' follows it, './platform jobs cancel {job}' stops it."
            );
            throw;
        }
    }

    /// <summary>
    /// Submits a job with an idempotency key, so that a retry after a lost answer creates no second job.
    /// </summary>
    public static async Task<JsonNode> SubmitAsync(
        PlatformClient client,
        string body,
        string? key,
        CancellationToken cancellationToken
    )
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        content.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7().ToString());
        return await PostAsync(client, "/api/jobs", content, cancellationToken);
    }

    private static async Task<JsonNode> PostAsync(
        PlatformClient client,
        string path,
        HttpContent job,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await client.PostAsync(path, job, cancellationToken);
        }
        catch (TooLargeException exception)
        {
            throw new CliException($"{exception.Message} {InsteadOfLargeFiles}", exception);
        }
    }

    private static async Task<int> CheckAsync(CommandContext context, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await PostAsync(context.Client, "/api/jobs/check", content, context.Cancelled);
        var errors = answer["errors"]!.AsObject();
        if (context.Json)
        {
            context.PrintJson(answer);
        }
        else
        {
            foreach (var error in Problems.Lines(errors))
            {
                await context.Error.WriteLineAsync(error);
            }
        }

        return errors.Count == 0 ? 0 : 1;
    }

    private static int Print(CommandContext context, JsonNode job)
    {
        if (context.Json)
        {
            return context.PrintJson(job);
        }

        context.Out.WriteLine(job.Field("id"));
        return 0;
    }

    private static async Task<string> ReadAsync(CommandContext context, string file)
    {
        var name = file is "-" ? "Standard input" : file;
        string text;
        try
        {
            text = await context.ReadAsync(() => Read(context, file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Unreadable(file, exception);
        }

        if (text.Length > MaxLength)
        {
            throw new CliException($"{name} is too large for a job. {InsteadOfLargeFiles}");
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            throw new CliException($"{name} is empty.");
        }

        try
        {
            using var checkedJson = JsonDocument.Parse(text, _oneOfEachField);
            return text;
        }
        catch (InvalidOperationException exception)
        {
            throw new CliException($"{name} has a field whose name is not valid Unicode.", exception);
        }
        catch (JsonException exception) when (exception.LineNumber is null)
        {
            throw new CliException($"{name} has {Doubled(exception)} twice.", exception);
        }
        catch (JsonException exception)
        {
            throw new CliException(
                $"{name} is not valid JSON: line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}.",
                exception
            );
        }
    }

    /// <summary>Reads a file, or what is typed; one that has no end, such as a device, not much further than a job can be long.</summary>
    private static string Read(CommandContext context, string file)
    {
        using var opened = file is "-" ? null : new StreamReader(file);
        var reader = opened ?? context.Invocation.Input;
        var text = new StringBuilder();
        var part = new char[64 * 1024];
        while (text.Length <= MaxLength && reader.ReadBlock(part) is > 0 and var length)
        {
            text.Append(part, 0, length);
        }

        return text.ToString().TrimStart('\uFEFF');
    }

    /// <summary>The field in the parser's message about one.</summary>
    private static string Doubled(JsonException exception) =>
        exception.Message.Split('\'') is [_, var field, _] ? $"the field '{field}'" : "a field";
}
