namespace Platform.ServiceDefaults.Tests;

public sealed class Parameters_that_cannot_be_read
{
    [Theory]
    [InlineData(
        """Failed to bind parameter "Nullable<int> attempt" from "99999999999".""",
        "The parameter 'attempt' is a whole number up to 2147483647, not '99999999999'."
    )]
    [InlineData(
        """Failed to bind parameter "bool follow" from "maybe".""",
        "The parameter 'follow' is 'true' or 'false', not 'maybe'."
    )]
    [InlineData(
        """Failed to bind parameter "Nullable<Guid> jobId" from "".""",
        "The parameter 'jobId' is an ID such as 0196f3a1-7c1e-7b60-8a36-2f0d5e4c9b11, not ''."
    )]
    [InlineData(
        "Failed to bind parameter \"long offset\" from \"a\u001b[31m\".",
        "The parameter 'offset' is a whole number, not what was given."
    )]
    [InlineData(
        """Required parameter "long offset" was not provided from query string.""",
        "The parameter 'offset' is missing."
    )]
    [InlineData(
        """Failed to bind parameter "Nullable<int> FromStep" from "x".""",
        "The parameter 'fromStep' is a whole number up to 2147483647, not 'x'."
    )]
    [InlineData("Unexpected end of request content.", "Unexpected end of request content.")]
    public void are_described_without_types_of_the_program(string message, string description) =>
        Assert.Equal(description, BindingFailure.Describe(message).Text);
}
