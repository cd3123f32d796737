using System.Net;

namespace Platform.Tracking.Tests.Alerts;

[Trait("suite", "integration")]
[Trait("row", "33")]
public sealed class Alerts_that_are_delivered(AlertHost host) : IClassFixture<AlertHost>
{
    [Fact]
    [Trait("check", "MON-04")]
    public async Task are_signed_tried_again_and_known_by_their_id()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer(HttpStatusCode.InternalServerError, body: "the platform repeats this to nobody");
        var (destination, secret) = await host.AddWebhookAsync(receiver.Url);
        var (rule, run) = await host.FireAsync("signed", destination);

        var received = await receiver.WaitForAsync(2);
        Assert.All(received, one => Assert.True(one.IsSignedWith(secret)));
        Assert.Single(received.Select(one => one.Id).Distinct());
        Assert.StartsWith("msg_", received[0].Id, StringComparison.Ordinal);
        Assert.Equal(received[0].Body, received[1].Body);
        Assert.Equal("alert.fired", received[1].Type);
        var data = received[1].Json["data"]!;
        Assert.Equal("firing", data["state"]!.GetValue<string>());
        Assert.Equal(run, data["subjectId"]!.GetValue<string>());
        Assert.Equal("NaN", data["value"]!.GetValue<string>());

        await host.LogValuesAsync(run, "loss", 2, 1);
        var resolved = (await receiver.WaitForAsync(3))[2];
        Assert.Equal("alert.resolved", resolved.Type);
        Assert.True(resolved.IsSignedWith(secret));
        Assert.NotEqual(received[0].Id, resolved.Id);
        var deliveries = await host.WaitForDeliveriesAsync(rule, "delivered", "delivered");
        Assert.Equal(2, deliveries[0]!["attempts"]!.GetValue<int>());
        Assert.Equal(204, deliveries[0]!["status"]!.GetValue<int>());
    }

    [Fact]
    public async Task are_given_up_after_some_tries()
    {
        await using var receiver = await Receiver.StartAsync();
        for (var i = 0; i < 4; i++)
        {
            receiver.Answer(HttpStatusCode.ServiceUnavailable, body: "internal: password");
        }

        var (destination, _) = await host.AddWebhookAsync(receiver.Url);
        var (rule, _) = await host.FireAsync("given-up", destination);

        var delivery = (await host.WaitForDeliveriesAsync(rule, "failed"))[0]!;
        Assert.Equal(4, delivery["attempts"]!.GetValue<int>());
        Assert.Equal(503, delivery["status"]!.GetValue<int>());
        Assert.Equal("alert.delivery-status", delivery["lastErrorCode"]!["code"]!.GetValue<string>());
        Assert.DoesNotContain("password", delivery.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(delivery["nextAt"]);
        Assert.Equal(4, receiver.All.Count);
    }

    [Fact]
    public async Task are_delivered_by_the_service_that_starts_after_one_that_stopped()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer(HttpStatusCode.BadGateway);
        var (destination, secret) = await host.AddWebhookAsync(receiver.Url);
        await host.FireAsync("restarted", destination);
        await receiver.WaitForAsync(1);

        await host.RestartAsync();

        var received = await receiver.WaitForAsync(2);
        Assert.Single(received.Select(one => one.Id).Distinct());
        Assert.True(received[1].IsSignedWith(secret));
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[fd00:ec2::254]/latest")]
    [InlineData("http://metadata.google.internal/")]
    public async Task are_not_redirected_to_where_webhooks_may_not_go(string location)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer(HttpStatusCode.TemporaryRedirect, location);
        var (destination, _) = await host.AddWebhookAsync(receiver.Url);
        var (rule, _) = await host.FireAsync($"redirected/{Guid.CreateVersion7():N}", destination);

        var delivery = (await host.WaitForDeliveriesAsync(rule, "failed"))[0]!;
        Assert.Equal("alert.delivery-refused", delivery["lastErrorCode"]!["code"]!.GetValue<string>());
        Assert.Equal(1, delivery["attempts"]!.GetValue<int>());
    }

    [Fact]
    public async Task follow_a_redirect_that_keeps_the_request()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer(HttpStatusCode.PermanentRedirect, "/elsewhere");
        var (destination, secret) = await host.AddWebhookAsync(receiver.Url);
        var (rule, _) = await host.FireAsync("moved", destination);

        Assert.True((await receiver.WaitForAsync(2))[1].IsSignedWith(secret));
        await host.WaitForDeliveriesAsync(rule, "delivered");
    }

    [Fact]
    public async Task are_not_redirected_for_ever()
    {
        await using var receiver = await Receiver.StartAsync();
        for (var i = 0; i < 100; i++)
        {
            receiver.Answer(HttpStatusCode.TemporaryRedirect, "/again");
        }

        var (destination, _) = await host.AddWebhookAsync(receiver.Url);
        var result = await host.TestAsync(destination);
        Assert.False(result["delivered"]!.GetValue<bool>());
        Assert.Equal("alert.delivery-redirects", result["errorCode"]!["code"]!.GetValue<string>());
        Assert.Equal(4, receiver.All.Count);
    }

    [Fact]
    public async Task can_be_tried_out_and_signed_with_another_secret()
    {
        await using var receiver = await Receiver.StartAsync();
        var (destination, secret) = await host.AddWebhookAsync(receiver.Url);
        Assert.True((await host.TestAsync(destination))["delivered"]!.GetValue<bool>());
        var test = (await receiver.WaitForAsync(1))[0];
        Assert.Equal("alert.test", test.Type);
        Assert.True(test.IsSignedWith(secret));

        var rotated = await host.SendAsync(
            HttpMethod.Post,
            $"/api/alerts/destinations/{destination}/rotate",
            body: null,
            HttpStatusCode.OK,
            "\"1\""
        );
        var next = rotated["secret"]!.GetValue<string>();
        Assert.NotEqual(secret, next);
        await host.TestAsync(destination);
        test = (await receiver.WaitForAsync(2))[1];
        Assert.True(test.IsSignedWith(next));
        Assert.False(test.IsSignedWith(secret));
    }

    [Fact]
    public async Task have_a_secret_that_is_shown_once_and_stored_encrypted()
    {
        var (destination, secret) = await host.AddWebhookAsync("https://example.org/hook");
        var shown = await host.GetAsync($"/api/alerts/destinations/{destination}");
        Assert.Null(shown["secret"]);
        Assert.DoesNotContain(
            "whsec_",
            (await host.GetAsync("/api/alerts/destinations")).ToJsonString(),
            StringComparison.Ordinal
        );

        await using var command = host.Store.DataSource.CreateCommand(
            "select encode(secret, 'escape') from alert_destination where id = $1"
        );
        command.Parameters.Add(new() { Value = Guid.Parse(destination) });
        var stored = (string)(await command.ExecuteScalarAsync())!;
        Assert.DoesNotContain(secret["whsec_".Length..], stored, StringComparison.Ordinal);
        Assert.DoesNotContain("whsec_", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task go_by_mail_and_are_tried_again()
    {
        host.Mail.Busy = 1;
        var created = await host.SendAsync(
            HttpMethod.Post,
            "/api/alerts/destinations",
            new
            {
                name = "team",
                kind = "mail",
                recipients = new[] { "anna@example.org", "ben@example.org" },
            },
            HttpStatusCode.Created
        );
        Assert.Null(created["secret"]);
        var destination = created["id"]!.GetValue<string>();
        var (rule, run) = await host.FireAsync("mailed", destination);

        var delivery = (await host.WaitForDeliveriesAsync(rule, "delivered"))[0]!;
        Assert.Equal(2, delivery["attempts"]!.GetValue<int>());
        var mail = Assert.Single(host.Mail.Mails);
        Assert.Equal(["anna@example.org", "ben@example.org"], mail.Recipients);
        Assert.Contains("Subject: [firing] broken: ", mail.Text, StringComparison.Ordinal);
        Assert.Contains("loss is not a number (NaN) at step 1.", mail.Text, StringComparison.Ordinal);
        Assert.Contains(run, mail.Text, StringComparison.Ordinal);
    }
}
