using System.Globalization;
using Platform.Artifacts.Access;
using Platform.Artifacts.RunFiles;
using Platform.EventStore;
using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>
/// Finds what a request names, for a caller that may touch it. A training process may register models and make versions of them, change
/// those that its job made, and read what it finds.
/// </summary>
internal sealed class MlflowModelAccess(ModelReader models, MachineAccess machines, RunFileAccess owners)
{
    private const int MaxName = 256;

    /// <summary>The fields that say what made a version.</summary>
    private static readonly string[] _makers = ["run_id", "model_id"];

    /// <summary>Refuses a process of an attempt that is over.</summary>
    public async Task EnterAsync(HttpContext context) =>
        MlflowException.ThrowIf(await machines.RefuseAttemptAsync(context));

    /// <summary>A name that a model may have.</summary>
    public static string NameOf(MlflowRequest request, string field = "name")
    {
        var name = request.RequiredText(field);
        return
            name.Length <= MaxName
            && ClientText.IsVisibleLine(name)
            && !name.Contains('/', StringComparison.Ordinal)
            && !name.Contains(':', StringComparison.Ordinal)
            ? name
            : throw MlflowException.Invalid(
                $"Invalid model name: '{ClientText.Brief(name)}'. Names have at most {MaxName} characters in one line, without '/' and ':'."
            );
    }

    /// <summary>The artifact of the model that a request names.</summary>
    public async Task<string> FindAsync(MlflowRequest request, HttpContext context)
    {
        var name = request.RequiredText("name");
        return await models.FindArtifactAsync(name, context.RequestAborted)
            ?? throw MlflowException.NotFound($"Registered Model with name={ClientText.Brief(name)} not found");
    }

    /// <summary>The version that a request names.</summary>
    public async Task<FoundVersion> FindVersionAsync(MlflowRequest request, HttpContext context)
    {
        var artifact = await FindAsync(request, context);
        var text = request.RequiredText("version");
        return
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && await models.FindVersionAsync(artifact, number, context.RequestAborted) is { } version
            ? version
            : throw MlflowException.NotFound(
                $"Model Version (name={ClientText.Brief(request.Text("name"))}, version={ClientText.Brief(text)}) not found"
            );
    }

    /// <summary>The version that a request names, for a caller that may change it.</summary>
    public async Task<FoundVersion> FindVersionForChangeAsync(MlflowRequest request, HttpContext context)
    {
        var found = await FindVersionAsync(request, context);
        return context.Caller() is { Kind: CallerKind.Job } job && found.JobId != job.Id
            ? throw new MlflowException(
                "PERMISSION_DENIED",
                "A job's token can only change versions that its job made."
            )
            : found;
    }

    /// <summary>Lets a training process say of a version only that a run or a logged model of its own job made it.</summary>
    public async Task CheckMakersAsync(MlflowRequest request, HttpContext context)
    {
        if (context.Caller().Kind is not CallerKind.Job)
        {
            return;
        }

        foreach (var maker in _makers.Select(request.Text).OfType<string>().Where(maker => maker.Length > 0))
        {
            var (_, refusal) = await owners.FindAsync(maker, context);
            MlflowException.ThrowIf(refusal);
        }
    }

    /// <summary>Whether the caller may point an alias at a version.</summary>
    public async Task CheckAliasAsync(FoundVersion version, string alias, HttpContext context)
    {
        var caller = context.Caller();
        MlflowException.ThrowIf(
            await machines.RefuseAliasesAsync(
                context,
                version.Artifact,
                [alias],
                version.Number,
                caller.Kind is CallerKind.Job ? (caller.Id, caller.Attempt) : null,
                context.RequestAborted
            )
        );
    }

    /// <summary>Throws where a command was refused.</summary>
    public static void Check(Refusal? refusal)
    {
        if (refusal is not null)
        {
            throw refusal.Code.EndsWith("not-found", StringComparison.Ordinal)
                ? MlflowException.NotFound(refusal.Message)
                : MlflowException.Invalid(refusal.Message);
        }
    }
}
