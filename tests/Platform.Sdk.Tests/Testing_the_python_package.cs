namespace Platform.Sdk.Tests;

/// <summary>The Python SDK has tests of its own, which need nothing but Python and Git.</summary>
public sealed class Testing_the_python_package : PythonTest
{
    [Fact]
    public async Task passes_its_own_tests()
    {
        using var process = Script.Start(
            Python,
            ["-m", "unittest", "discover", "-s", Repository.PathOf("sdk", "python", "tests")],
            Folder.Path,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PYTHONDONTWRITEBYTECODE"] = "1" }
        );
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, $"{await output}\n{errors}");
    }
}
