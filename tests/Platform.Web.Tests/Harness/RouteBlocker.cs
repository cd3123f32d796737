namespace Platform.Web.Tests.Harness;

/// <summary>Places in a training's program at which it waits until the test lets it go on.</summary>
internal sealed class RouteBlocker : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blocker-").FullName;

    /// <summary>Begins a program in Python that may <c>wait(number)</c>.</summary>
    public string Prelude =>
        $"""
            import os, sys, time
            def wait(number):
                end = time.time() + 300
                while not os.path.exists('{_folder}/' + str(number)) and time.time() < end:
                    time.sleep(0.05)

            """;

    public void Open(int number) => File.Create(Path.Combine(_folder, $"{number}")).Dispose();

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
