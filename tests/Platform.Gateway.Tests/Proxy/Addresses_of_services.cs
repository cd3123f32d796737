using Platform.Gateway.Proxy;

namespace Platform.Gateway.Tests.Proxy;

public sealed class Addresses_of_services
{
    [Theory]
    [InlineData("http://jobs:8080", "http://jobs:8080/")]
    [InlineData("http://jobs-1:8080,http://jobs-2:8080", "http://jobs-1:8080/", "http://jobs-2:8080/")]
    [InlineData(" https://a , http://b/below ", "https://a/", "http://b/below")]
    [InlineData("http://a,http://A/", "http://a/")]
    public void are_one_or_several_with_commas_between_them(string text, params string[] expected) =>
        Assert.Equal(expected, ProxyOptions.Parse(text).Select(address => address.ToString()));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("jobs")]
    [InlineData("jobs:8080")]
    [InlineData("ftp://jobs")]
    [InlineData("http://jobs,")]
    [InlineData("http://jobs,jobs-2")]
    [InlineData("http://a;http://b")]
    public void are_refused_as_a_whole_when_one_is_none(string? text) => Assert.Empty(ProxyOptions.Parse(text));
}
