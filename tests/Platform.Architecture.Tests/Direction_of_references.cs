namespace Platform.Architecture.Tests;

public sealed class Direction_of_references
{
    private static readonly string[] _shared =
    [
        "Platform.Contracts",
        "Platform.ElasticLogs",
        "Platform.EventStore",
        "Platform.Hosting",
        "Platform.JobAttempts",
        "Platform.Messaging",
        "Platform.Mlflow",
        "Platform.ProjectRetention",
        "Platform.ServiceDefaults",
    ];

    [Theory]
    [InlineData("Jobs")]
    [InlineData("Nodes")]
    [InlineData("Artifacts")]
    [InlineData("Tracking")]
    [InlineData("Gateway")]
    public void a_service_references_only_what_is_shared(string service) =>
        Assert.Empty(PlatformReferences(service).Except(_shared, StringComparer.Ordinal));

    // What trainings leave behind is sent by the SDK's own code, which alone knows how it is written.
    [Fact]
    public void the_agent_references_the_sdk_besides() =>
        Assert.Equal(["Platform.Sdk"], PlatformReferences("GpuAgent").Except(_shared, StringComparer.Ordinal));

    [Fact]
    public void the_sdk_depends_on_nothing() => Assert.Empty(PlatformReferences("Sdk"));

    [Fact]
    public void the_event_store_knows_neither_the_web_nor_the_bus()
    {
        var references = Source.Assembly("EventStore").GetReferencedAssemblies().Select(name => name.Name!).ToList();

        Assert.DoesNotContain(references, name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.DoesNotContain(references, name => name.StartsWith("MassTransit", StringComparison.Ordinal));
        Assert.Empty(PlatformReferences("EventStore"));
    }

    [Fact]
    public void contracts_depend_on_nothing() => Assert.Empty(PlatformReferences("Contracts"));

    [Fact]
    public void contracts_are_sealed_records_without_base_classes()
    {
        var offenders = Source
            .Assembly("Contracts")
            .GetExportedTypes()
            .Where(type => type is { IsClass: true } && !(type.IsAbstract && type.IsSealed))
            .Where(type => !type.IsSealed || type.BaseType != typeof(object));

        Assert.Empty(offenders);
    }

    [Fact]
    public void local_servers_know_no_service() => Assert.Empty(PlatformReferences("LocalServers"));

    private static IEnumerable<string> PlatformReferences(string assembly) =>
        Source
            .Assembly(assembly)
            .GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => name.StartsWith("Platform.", StringComparison.Ordinal));
}
