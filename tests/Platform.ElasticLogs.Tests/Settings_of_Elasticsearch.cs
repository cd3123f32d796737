namespace Platform.ElasticLogs.Tests;

public sealed class Settings_of_Elasticsearch
{
    [Fact]
    public void are_not_looked_at_without_an_address() =>
        Assert.True(Check(new ElasticsearchOptions { Namespace = "NO" }).Skipped);

    [Theory]
    [InlineData("elasticsearch:9200", "", "Elasticsearch:Url must be")]
    [InlineData("http://elastic:hunter2@es:9200", "", "Elasticsearch:Url must be")]
    [InlineData("https://es:9200", "user", "Elasticsearch:ApiKey and Elasticsearch:Username exclude each other.")]
    public void are_refused_without_saying_a_secret(string url, string user, string expected)
    {
        var result = Check(
            new ElasticsearchOptions
            {
                Url = url,
                ApiKey = "hunter2",
                Username = user,
                Password = user.Length > 0 ? "hunter2" : "",
                SpoolFolder = "/var/spool",
            }
        );

        Assert.StartsWith(expected, Assert.Single(result.Failures!), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void need_a_folder_for_what_waits() =>
        Assert.StartsWith(
            "Elasticsearch:SpoolFolder is needed",
            Check(new ElasticsearchOptions { Url = "http://es:9200" }).FailureMessage,
            StringComparison.Ordinal
        );

    private static Microsoft.Extensions.Options.ValidateOptionsResult Check(ElasticsearchOptions options) =>
        new ElasticsearchOptions.Validation().Validate(name: null, options);
}
