using System.CommandLine;
using System.Text.Json.Nodes;

namespace Platform.Cli.Contexts;

internal static class Logout
{
    public static Command Create() =>
        new Command("logout", "Forget the token of the context in use, or of --context; it stays valid.").Does(
            context =>
            {
                var contexts = context.Contexts.Read();
                var left = context.Value(GlobalOptions.Context) is { } name
                    ? contexts.Get(name)
                    : contexts.GetCurrent();
                if (left is null)
                {
                    throw new CliException("No context is in use. './platform contexts list' lists them.");
                }

                context.Contexts.Write(contexts.With(left with { Token = null }));
                return Task.FromResult(
                    context.PrintDone(
                        $"Forgot the token of the context '{left.Name}'. It stays valid until it is revoked or ends.",
                        new JsonObject { ["signedOut"] = left.Name }
                    )
                );
            }
        );
}
