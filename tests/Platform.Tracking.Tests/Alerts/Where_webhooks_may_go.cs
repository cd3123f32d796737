using System.Net;
using Platform.Tracking.Alerts.Sending;

namespace Platform.Tracking.Tests.Alerts;

[Trait("row", "33")]
public sealed class Where_webhooks_may_go
{
    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("100.100.100.200")]
    [InlineData("fe80::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("::")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("::ffff:0:a9fe:a9fe")]
    [InlineData("2001:0:5db8:d822::5601:5601")]
    [InlineData("2001:0:a9fe:a9fe::a247:27dd")]
    [InlineData("2606:2800::5efe:a9fe:a9fe")]
    [InlineData("2606:2800::200:5efe:a9fe:a9fe")]
    [InlineData("64:ff9b:1:a9fe:a9:fe00::")]
    public void is_never_what_is_nobody_s_receiver(string address)
    {
        Assert.False(WebhookAddresses.Allows(IPAddress.Parse(address), allowPrivate: true));
        Assert.False(WebhookAddresses.Allows(IPAddress.Parse(address), allowPrivate: false));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("::ffff:0:a00:1")]
    [InlineData("2606:2800::5efe:a00:1")]
    public void is_a_private_network_only_where_the_settings_say_so(string address)
    {
        Assert.True(WebhookAddresses.Allows(IPAddress.Parse(address), allowPrivate: true));
        Assert.False(WebhookAddresses.Allows(IPAddress.Parse(address), allowPrivate: false));
    }

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946")]
    [InlineData("2606:2800::5efe:5db8:d822")]
    [InlineData("2001:4860:4860::8888")]
    public void is_the_internet(string address) =>
        Assert.True(WebhookAddresses.Allows(IPAddress.Parse(address), allowPrivate: false));

    [Theory]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://[::ffff:a9fe:a9fe]/")]
    [InlineData("http://2852039166/latest")]
    [InlineData("http://0xa9fea9fe/")]
    [InlineData("http://metadata.google.internal/")]
    [InlineData("http://METADATA.google.internal./")]
    public void is_checked_before_a_name_is_resolved(string url) =>
        Assert.False(WebhookAddresses.AllowsHost(WebhookAddresses.Read(url)!, allowPrivate: true));

    [Theory]
    [InlineData("http://localhost/")]
    [InlineData("http://a.localhost:8080/")]
    [InlineData("http://127.1/")]
    [InlineData("http://[::1]/")]
    public void is_this_machine_only_where_the_settings_say_so(string url)
    {
        Assert.False(WebhookAddresses.AllowsHost(WebhookAddresses.Read(url)!, allowPrivate: false));
        Assert.True(WebhookAddresses.AllowsHost(WebhookAddresses.Read(url)!, allowPrivate: true));
    }

    [Theory]
    [InlineData("ftp://example.org/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://anna:secret@example.org/")]
    [InlineData("https://example.org/#part")]
    [InlineData("example.org")]
    [InlineData("/hook")]
    [InlineData("https://example.org/a b")]
    [InlineData("https://example.org/\r\nX: y")]
    [InlineData("")]
    [InlineData(null)]
    public void is_an_address_of_the_web_without_credentials(string? url) => Assert.Null(WebhookAddresses.Read(url));
}
