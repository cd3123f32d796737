using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Platform.Jobs.Browsing;

namespace Platform.Jobs.Tests.Logs;

public sealed class Linking_to_Kibana
{
    private static readonly Guid _id = Guid.Parse("01a22d43-cef3-74de-8b95-3abb787a8b6b");
    private static readonly DateTimeOffset _submitted = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void shows_the_lines_of_a_job_from_its_submission_until_a_moment_after_its_end()
    {
        const string View = "https://kibana.example/base/app/discover#/view/platform-job";
        const string Query =
            "&_a=(query:(language:kuery,query:'platform.job.id:%2201a22d43-cef3-74de-8b95-3abb787a8b6b%22'))";

        Assert.Equal(
            $"{View}?_g=(time:(from:'2026-01-02T03:04:05.000Z',to:now)){Query}",
            Links("https://kibana.example/base/").LogsOf(Job(endedAt: null))
        );
        Assert.Equal(
            $"{View}?_g=(time:(from:'2026-01-02T03:04:05.000Z',to:'2026-01-02T04:09:05.000Z')){Query}",
            Links("https://kibana.example/base").LogsOf(Job(_submitted.AddHours(1)))
        );
    }

    [Fact]
    public void is_left_out_where_there_is_none() => Assert.Null(Links("").LogsOf(Job(endedAt: null)));

    [Theory]
    [InlineData("https://kibana.example", true)]
    [InlineData("http://127.0.0.1:5601/base", true)]
    [InlineData("kibana.example", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("https://user:secret@kibana.example", false)]
    [InlineData("https://kibana.example/?a=b", false)]
    public void takes_an_address_without_a_user(string url, bool isValid)
    {
        var options = new JobsOptions { KibanaUrl = url };

        Assert.Equal(
            isValid,
            Validator.TryValidateObject(
                options,
                new ValidationContext(options),
                validationResults: null,
                validateAllProperties: true
            )
        );
    }

    private static KibanaLinks Links(string url) => new(Options.Create(new JobsOptions { KibanaUrl = url }));

    private static JobItem Job(DateTimeOffset? endedAt) =>
        new()
        {
            Id = _id,
            Name = "digits",
            Project = "demo",
            Status = "running",
            Stopping = false,
            Attempt = 1,
            Priority = 50,
            Nodes = [],
            RunId = Guid.Empty,
            SubmittedAt = _submitted,
            EndedAt = endedAt,
        };
}
