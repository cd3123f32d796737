namespace Platform.Sdk.Tests;

/// <summary>Runs scripts with the Python SDK against a fake platform.</summary>
public abstract class PythonTest : SdkTest
{
    private protected const string Python = "/usr/bin/python3";

    private protected string RunId { get; } = Guid.CreateVersion7().ToString();

    private protected Task<string> RunAsync(string code, params (string Name, string Value)[] variables) =>
        Script.RunAsync(Python, ["-c", WithImports(code)], Folder.Path, Environment(variables));

    private protected System.Diagnostics.Process Start(string code) =>
        Script.Start(Python, ["-c", WithImports(code)], Folder.Path, Environment());

    private protected static string WithImports(string code) => $"import time\nimport platform_sdk as tracking\n{code}";

    private protected Dictionary<string, string> Environment(params (string Name, string Value)[] more)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PYTHONPATH"] = Repository.PathOf("sdk", "python"),
            ["PYTHONDONTWRITEBYTECODE"] = "1",
            ["PLATFORM_URL"] = Platform.Url.ToString(),
            ["PLATFORM_RUN_ID"] = RunId,
            ["PLATFORM_SPOOL_DIR"] = Spool,
            ["PLATFORM_ENVIRONMENT"] = "0",
            ["PLATFORM_SYSTEM_METRICS"] = "0",
        };
        foreach (var (name, value) in more)
        {
            variables[name] = value;
        }

        return variables;
    }
}
