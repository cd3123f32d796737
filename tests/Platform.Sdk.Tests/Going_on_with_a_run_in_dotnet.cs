namespace Platform.Sdk.Tests;

/// <summary>A run that the program names, and that has been before.</summary>
public sealed class Going_on_with_a_run_in_dotnet : SdkTest
{
    private readonly string _run = Guid.CreateVersion7().ToString();

    [Fact]
    public void counts_its_steps_from_the_last()
    {
        Log(5);
        Log(2);

        Assert.Equal([1L, 2, 3, 4, 5, 6, 7], Platform.Steps);
    }

    [Fact]
    public void counts_them_from_what_an_earlier_process_left()
    {
        Platform.Stop();
        using (var run = Start(_run, finishTimeout: 0.1))
        {
            run.Log("loss", 1, step: 40);
        }

        Platform.Start();
        Log(1);

        Assert.Equal([40L, 41], Platform.Steps);
    }

    [Fact]
    public void has_the_steps_that_it_is_given()
    {
        Log(5);
        using (var run = Start(_run))
        {
            run.Log("loss", 1, step: 2);
            run.Log("loss", 1);
        }

        Assert.Equal([1L, 2, 2, 3, 3, 4, 5], Platform.Steps);
    }

    [Fact]
    public void does_not_wait_for_a_platform_that_is_not_there()
    {
        Platform.FaultMode = FaultMode.Hanging;
        Assert.InRange(TimeOfFirstValue(), TimeSpan.Zero, TimeSpan.FromSeconds(4));
        Platform.Stop();
        Assert.InRange(TimeOfFirstValue(), TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
    }

    private TimeSpan TimeOfFirstValue()
    {
        using var run = Start(Guid.CreateVersion7().ToString(), finishTimeout: 0.1);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        run.Log("loss", 1);
        return watch.Elapsed;
    }

    private void Log(int count)
    {
        using var run = Start(_run);
        for (var i = 0; i < count; i++)
        {
            run.Log("loss", i);
        }
    }
}
