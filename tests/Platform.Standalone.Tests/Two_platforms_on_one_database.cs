namespace Platform.Standalone.Tests;

[Trait("suite", "integration")]
public sealed class Two_platforms_on_one_database
{
    [Fact]
    public async Task are_refused_until_the_first_has_ended()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var second = new StandaloneProcess();
        await using (await DatabaseClaim.TakeAsync(database.ConnectionString, _ => { }, CancellationToken.None))
        {
            var process = second.Start($"--ConnectionStrings:Platform={database.ConnectionString}");
            await WaitFor.ConditionAsync(
                "the second platform to end",
                () => Task.FromResult(!process.IsRunning),
                TimeSpan.FromMinutes(2),
                () => second.Output
            );

            Assert.Contains("platform: Another platform runs on the database", second.Output, StringComparison.Ordinal);
            Assert.Contains("Stop that one first", second.Output, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(second.Data, "secrets")));
        }

        await (
            await DatabaseClaim.TakeAsync(database.ConnectionString, _ => { }, CancellationToken.None)
        ).DisposeAsync();
    }
}
