using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Platform.Gateway.Security;

namespace Platform.Gateway.Tests.Security;

public sealed class Demanding_tokens
{
    [Theory]
    [InlineData(false, "http://127.0.0.1:5080")]
    [InlineData(false, "http://localhost:5080", "http://[::1]:5080")]
    [InlineData(false, "http://unix:/tmp/platform.sock")]
    [InlineData(true, "http://0.0.0.0:5080")]
    [InlineData(true, "http://[::]:5080")]
    [InlineData(true, "http://*:5080")]
    [InlineData(true, "http://10.0.0.7:5080")]
    [InlineData(true, "https://train.example:5080")]
    [InlineData(true, "http://127.0.0.1:5080", "http://10.0.0.7:5080")]
    public void depends_on_who_can_reach_the_platform(bool required, params string[] addresses) =>
        Assert.Equal(required, BindingsOf(TokenPolicy.Auto, addresses).RequireTokens);

    [Fact]
    public void can_be_told_always() =>
        Assert.True(BindingsOf(TokenPolicy.Always, "http://127.0.0.1:5080").RequireTokens);

    private static Bindings BindingsOf(TokenPolicy policy, params string[] addresses)
    {
        var server = new FakeServer();
        var feature = new ServerAddresses();
        foreach (var address in addresses)
        {
            feature.Addresses.Add(address);
        }

        server.Features.Set<IServerAddressesFeature>(feature);
        return new Bindings(server, Options.Create(new GatewayOptions { RequireTokens = policy }));
    }

    private sealed class ServerAddresses : IServerAddressesFeature
    {
        public ICollection<string> Addresses { get; } = [];

        public bool PreferHostingUrls { get; set; }
    }

    private sealed class FakeServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() { }
    }
}
