namespace Platform.Testing;

/// <summary>Where things lie in the source tree and what was built from it.</summary>
public static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release, as these tests were built.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Name;

    /// <summary>The example training in C#.</summary>
    public static string Digits => Built("Digits", "Digits.dll");

    /// <summary>The example training with TorchSharp, which is built apart from the solution.</summary>
    public static string DigitsTorchSharp => Built("DigitsTorchSharp", "DigitsTorchSharp.dll");

    /// <summary>The data that the examples train on.</summary>
    public static string Optdigits =>
        Directory.EnumerateFiles(PathOf("examples", "data", "optdigits"), "*.csv*").Single();

    /// <summary>The one module that is the Python SDK.</summary>
    public static string PythonSdk => PathOf("sdk", "python", "platform_sdk.py");

    /// <summary>A path in the source tree.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>A file of a project that was built beside these tests.</summary>
    public static string Built(string project, string file) => PathOf("artifacts", "bin", project, Configuration, file);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Platform.sln is not above the tests.");
        }

        return folder.FullName;
    }
}
