using Platform.Artifacts.Versions;
using Platform.EventStore;
using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>Which model is which artifact. A model's name may be any text; its artifact's name is made from it and stays.</summary>
internal sealed class ModelNames(ArtifactsStore store, ArtifactWriter writer, ModelReader models)
{
    private const int MaxArtifactName = 128;

    /// <summary>Puts a model into the registry.</summary>
    /// <returns>Its artifact; null when there is a model of this name.</returns>
    public async Task<string?> RegisterAsync(
        string name,
        string? description,
        IReadOnlyDictionary<string, string> tags,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        if (await models.FindArtifactAsync(name, cancellationToken) is not null)
        {
            return null;
        }

        var artifact =
            await FindClaimAsync(name, cancellationToken) ?? await ClaimAsync(name, cancellationToken) ?? name;
        var outcome = await writer.HandleAsync(
            artifact,
            new RegisterModel(name, description, tags),
            metadata,
            cancellationToken: cancellationToken
        );
        return outcome.Refusal is { } refusal ? throw MlflowException.Invalid(refusal.Message)
            : outcome.Events.Count > 0 ? artifact
            : null;
    }

    /// <summary>Gives a model another name.</summary>
    /// <returns>False when another one has it.</returns>
    public async Task<bool> RenameAsync(
        string artifact,
        string name,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        if (await models.FindArtifactAsync(name, cancellationToken) is { } known)
        {
            return string.Equals(known, artifact, StringComparison.Ordinal);
        }

        if (
            !await InsertClaimAsync(name, artifact, cancellationToken)
            && await FindClaimAsync(name, cancellationToken) is { } claimed
            && !string.Equals(claimed, artifact, StringComparison.Ordinal)
        )
        {
            return false;
        }

        await writer.HandleAsync(
            artifact,
            new ChangeModel(name, Description: null),
            metadata,
            cancellationToken: cancellationToken
        );
        await ReleaseAsync(artifact, keep: name, cancellationToken);
        return true;
    }

    /// <summary>Takes a model out of the registry; its name is free again.</summary>
    public async Task DeleteAsync(string artifact, EventMetadata metadata, CancellationToken cancellationToken)
    {
        await writer.HandleAsync(artifact, new DeleteModel(), metadata, cancellationToken: cancellationToken);
        await ReleaseAsync(artifact, keep: "", cancellationToken);
    }

    /// <summary>What an artifact's name cannot have becomes a dash.</summary>
    internal static string ArtifactOf(string name)
    {
        var artifact = MadeNames.Of(name).Trim('-', '.', '_');
        // Room for a number.
        artifact = artifact[..Math.Min(artifact.Length, MaxArtifactName - MadeNames.RoomForNumber)];
        return ClientText.IsArtifactName(artifact) ? artifact : "model";
    }

    /// <summary>Claims a name for an artifact that is no other model and of no other type.</summary>
    private async Task<string?> ClaimAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var artifact in MadeNames.Numbered(ArtifactOf(name)))
        {
            if (await IsFreeAsync(artifact, cancellationToken))
            {
                return await InsertClaimAsync(name, artifact, cancellationToken)
                    ? artifact
                    : await FindClaimAsync(name, cancellationToken);
            }
        }

        throw new InvalidOperationException($"There is no name for the artifact of model {name}.");
    }

    private async Task<bool> IsFreeAsync(string artifact, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select not exists (select from model_name where artifact = $1)
              and not exists (select from artifact_summary where name = $1 and (type <> 'model' or is_registered))
            """
        );
        command.Parameters.Add(new() { Value = artifact });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<string?> FindClaimAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select artifact from model_name where name = $1");
        command.Parameters.Add(new() { Value = name });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private async Task<bool> InsertClaimAsync(string name, string artifact, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "insert into model_name (name, artifact) values ($1, $2) on conflict do nothing"
        );
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = artifact });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private async Task ReleaseAsync(string artifact, string keep, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "delete from model_name where artifact = $1 and name <> $2"
        );
        command.Parameters.Add(new() { Value = artifact });
        command.Parameters.Add(new() { Value = keep });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
