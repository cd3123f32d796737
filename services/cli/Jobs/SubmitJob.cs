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
            var body = await ReadAsync(context.Value(file), context.Invocation.Input, context.Cancelled);
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
            return await JobFollower.FollowAsync(context, context.Client, Guid.Parse(job.Field("id")));
        });
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
        return await client.PostAsync("/api/jobs", content, cancellationToken);
    }

    private static async Task<int> CheckAsync(CommandContext context, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await context.Client.PostAsync("/api/jobs/check", content, context.Cancelled);
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

    private static async Task<string> ReadAsync(string file, TextReader input, CancellationToken cancellationToken)
    {
        string text;
        try
        {
            text = file is "-"
                // A read of a terminal or a pipe cannot be interrupted; the command can.
                ? (await Task.Run(input.ReadToEnd, cancellationToken).WaitAsync(cancellationToken)).TrimStart('\uFEFF')
                : await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Unreadable(file, exception);
        }

        var name = file is "-" ? "Standard input" : file;
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

    /// <summary>The field in the parser's message about one.</summary>
    private static string Doubled(JsonException exception) =>
        exception.Message.Split('\'') is [_, var field, _] ? $"the field '{field}'" : "a field";
}
