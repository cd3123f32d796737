using System.Text.Json.Nodes;
using Platform.Cli.Output;

namespace Platform.Cli.Checks;

/// <summary>How a check came out.</summary>
internal enum CheckResult
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works now, and may not for long, or not for everything.</summary>
    Warn,

    /// <summary>Something does not work, or is damaged.</summary>
    Fail,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What, in a word or two.</param>
/// <param name="Found">What was found, as a sentence or less.</param>
/// <param name="Advice">What to do about it; null when nothing is.</param>
internal sealed record Check(string Name, CheckResult Result, string Found, string? Advice = null)
{
    public static Check Ok(string name, string found) => new(name, CheckResult.Ok, found);

    public static Check Warn(string name, string found, string advice) => new(name, CheckResult.Warn, found, advice);

    public static Check Fail(string name, string found, string advice) => new(name, CheckResult.Fail, found, advice);

    /// <summary>Prints checks, a line each.</summary>
    /// <returns>The exit code: 1 when one failed.</returns>
    public static int Print(CommandContext context, IReadOnlyList<Check> checks)
    {
        if (context.Json)
        {
            context.PrintJson(
                new JsonObject
                {
                    ["ok"] = !checks.Any(check => check.Result is CheckResult.Fail),
                    ["checks"] = new JsonArray([
                        .. checks.Select(check => new JsonObject
                        {
                            ["name"] = check.Name,
                            ["result"] = NameOf(check.Result),
                            ["found"] = check.Found,
                            ["advice"] = check.Advice,
                        }),
                    ]),
                }
            );
        }
        else
        {
            context.PrintFields([
                .. checks.Select(check => ($"{NameOf(check.Result), -4}  {check.Name}", check.Text())),
            ]);
        }

        return checks.Any(check => check.Result is CheckResult.Fail) ? 1 : 0;
    }

    private string Text() => Advice is null ? Found : $"{Found}. {Advice}";

    private static string NameOf(CheckResult result) =>
        result switch
        {
            CheckResult.Ok => "ok",
            CheckResult.Warn => "warn",
            _ => "fail",
        };
}
