using System.CommandLine;
using Platform.Cli.Server;

namespace Platform.Cli.Artifacts;

internal static class SetAlias
{
    public static Command Create()
    {
        var artifact = new Argument<string>("artifact") { Description = "name:3, or name for the latest version." };
        var alias = new Argument<string>("alias") { Description = "The alias to set, such as production." };
        return new Command("alias", "Point an alias at a version.") { artifact, alias }.Does(async context =>
        {
            var reference = ArtifactReference.Parse(context.Value(artifact));
            var target = await reference.ReadAsync(context);
            var version = int.Parse(target.Field("version"));
            var name = context.Value(alias);
            var answer = await context.Client.PutAsync(
                $"{reference.ArtifactPath}/aliases/{PathSegment.Of(name)}",
                new { version },
                context.Cancelled
            );
            if (context.Json)
            {
                return context.PrintJson(answer);
            }

            await context.Out.WriteLineAsync($"{reference.Name}:{name} is version {version}.");
            return 0;
        });
    }
}
