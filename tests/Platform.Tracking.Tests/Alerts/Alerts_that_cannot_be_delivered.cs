using System.Net;
using System.Text.Json.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Tests.Alerts;

/// <summary>Signs in to its mail server.</summary>
public sealed class SigningInHost : AlertHost
{
    public const string Password = "the-password";

    protected override IReadOnlyList<string> MailSettings =>
        ["--Tracking:Alerts:Smtp:User=platform", $"--Tracking:Alerts:Smtp:Password={Password}"];
}

[Trait("suite", "integration")]
[Trait("row", "33")]
public sealed class Alerts_that_cannot_be_delivered(AlertHost host) : IClassFixture<AlertHost>, IDisposable
{
    public void Dispose() => host.Mail.Answers.Clear();

    [Theory]
    [InlineData("MAIL", "530 5.7.0 Authentication required", "alert.delivery-mail-sign-in-needed", 4)]
    [InlineData("MAIL", "451 4.3.2 Come \u0007 later", "alert.delivery-mail-answered", 4)]
    [InlineData("MAIL", "554 5.7.1 No such sender", "alert.delivery-mail-answered", 1)]
    [InlineData("DATA", "554 5.7.1 Spam", "alert.delivery-mail-answered", 1)]
    [InlineData("DATA", "not SMTP at all", "alert.delivery-unreachable", 4)]
    [InlineData("RCPT", "550 5.1.1 No such user", "alert.delivery-mail-recipients-refused", 1)]
    [InlineData("RCPT", "450 4.2.1 Greylisted", "alert.delivery-mail-recipients-refused", 4)]
    public async Task have_failed_with_what_the_mail_server_said(string line, string answer, string code, int attempts)
    {
        host.Mail.Answers[line] = answer;
        var destination = await host.AddMailAsync("anna@example.org");

        var test = await host.TestAsync(destination);
        Assert.False(test["delivered"]!.GetValue<bool>());
        Assert.Equal(code, test["errorCode"]!["code"]!.GetValue<string>());

        var (rule, _) = await host.FireAsync($"refused/{Guid.CreateVersion7():N}", destination);
        var delivery = (await host.WaitForDeliveriesAsync(rule, "failed"))[0]!;
        Assert.Equal(attempts, delivery["attempts"]!.GetValue<int>());
        Assert.Equal(code, delivery["lastErrorCode"]!["code"]!.GetValue<string>());
        var error = delivery["lastError"]!.GetValue<string>();
        Assert.DoesNotContain(error, char.IsControl);
        if (code is not "alert.delivery-unreachable")
        {
            Assert.Contains(answer.Split(' ')[^1], error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("550 5.1.1 No such user", 1)]
    [InlineData("450 4.2.1 Greylisted", 4)]
    public async Task reach_the_other_recipients_once(string answer, int attempts)
    {
        var good = $"anna-{Guid.CreateVersion7():N}@example.org";
        host.Mail.Answers["RCPT TO:<gone@example.org>"] = answer;
        var destination = await host.AddMailAsync("gone@example.org", good);
        var (rule, _) = await host.FireAsync($"others/{Guid.CreateVersion7():N}", destination);

        var delivery = (await host.WaitForDeliveriesAsync(rule, "failed"))[0]!;
        Assert.Equal(attempts, delivery["attempts"]!.GetValue<int>());
        Assert.Contains("gone@example.org", delivery["lastError"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain(good, delivery["lastError"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Single(host.Mail.Mails, mail => mail.Recipients.Contains(good, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(
        "RCPT",
        "alert.delivery-mail-count-refused",
        "The mail server refused 2 recipients. Editors see which."
    )]
    [InlineData("DATA", "alert.delivery-mail-answered", "The mail server refused the mail: 550 5.1.1 <…> Nobody")]
    public async Task name_addresses_only_to_those_who_see_destinations(string line, string code, string text)
    {
        host.Mail.Answers[line] = "550 5.1.1 <gone@example.org> Nobody";
        var destination = await host.AddMailAsync("gone@example.org", "left@example.org");
        var (rule, _) = await host.FireAsync($"hidden/{Guid.CreateVersion7():N}", destination);
        await host.WaitForDeliveriesAsync(rule, "failed");
        var address = $"/api/alerts/{(await host.AlertsAsync(rule))[0]!["id"]}";

        var viewed = await ReadAsync(UserRole.Viewer);
        Assert.Equal(text, viewed["lastError"]!.GetValue<string>());
        Assert.Equal(code, viewed["lastErrorCode"]!["code"]!.GetValue<string>());
        Assert.DoesNotContain("example.org", viewed.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains(
            "gone@example.org",
            (await ReadAsync(UserRole.Editor))["lastError"]!.GetValue<string>(),
            StringComparison.Ordinal
        );

        async Task<JsonNode> ReadAsync(UserRole role)
        {
            var caller = Caller.User("bea", role);
            var shown = await host.SendAsync(HttpMethod.Get, address, body: null, HttpStatusCode.OK, caller: caller);
            return shown["deliveries"]![0]!;
        }
    }

    [Fact]
    public async Task keep_nobody_else_waiting()
    {
        await using var hanging = await Receiver.StartAsync(hangs: true);
        await using var receiver = await Receiver.StartAsync();
        var (slow, _) = await host.AddWebhookAsync(hanging.Url);
        var (quick, _) = await host.AddWebhookAsync(receiver.Url);
        var project = $"slow/{Guid.CreateVersion7():N}";
        var run = await host.CreateRunAsync(project);
        await host.AddRuleAsync(
            new
            {
                name = "all",
                project,
                watch = "metric",
                metric = "*",
                condition = "nan",
                destinations = new[] { slow },
            }
        );
        await host.LogAsync(
            run,
            [
                .. Enumerable
                    .Range(0, 20)
                    .Select(key =>
                        (object)
                            new
                            {
                                key = $"k{key}",
                                step = 1,
                                value = "NaN",
                            }
                    ),
            ]
        );
        await hanging.WaitForAsync(4);

        await host.FireAsync($"quick/{Guid.CreateVersion7():N}", quick);

        await receiver.WaitForAsync(1);
        Assert.InRange(hanging.All.Count, 4, 8);
    }

    [Fact]
    public async Task are_followed_by_their_end_and_do_not_follow_it()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer(HttpStatusCode.InternalServerError);
        receiver.Answer(HttpStatusCode.InternalServerError);
        var (destination, _) = await host.AddWebhookAsync(receiver.Url);
        var project = $"order/{Guid.CreateVersion7():N}";
        await host.AddRuleAsync(
            new
            {
                name = "order",
                project,
                watch = "metric",
                metric = "loss",
                condition = "nan",
                destinations = new[] { destination },
            }
        );
        var run = await host.CreateRunAsync(project);
        await host.LogValuesAsync(run, "loss", 1, 1, double.NaN, double.NaN, 2);

        var received = await receiver.WaitForAsync(4);

        Assert.Equal(["alert.fired", "alert.fired", "alert.fired", "alert.resolved"], received.Select(one => one.Type));
        Assert.StartsWith(
            "The alert is over.",
            received[3].Json["data"]!["message"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.MovedPermanently)]
    public async Task say_which_redirects_are_followed(HttpStatusCode status)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer(status, "/elsewhere");
        var (destination, _) = await host.AddWebhookAsync(receiver.Url);

        var test = await host.TestAsync(destination);

        Assert.Equal("alert.delivery-redirect-not-followed", test["errorCode"]!["code"]!.GetValue<string>());
        Assert.Equal((int)status, test["status"]!.GetValue<int>());
    }
}

[Trait("suite", "integration")]
[Trait("row", "33")]
public sealed class Mails_whose_sender_is_not_let_in(SigningInHost host) : IClassFixture<SigningInHost>
{
    [Fact]
    public async Task say_why_without_the_password()
    {
        var destination = await host.AddMailAsync("anna@example.org");
        Assert.Equal("alert.delivery-mail-no-sign-in", CodeOf(await host.TestAsync(destination)));

        host.Mail.Answers["EHLO"] = "250-test\r\n250 AUTH PLAIN";
        host.Mail.Answers["AUTH"] = $"535 5.7.8 {SigningInHost.Password} is wrong";
        var test = await host.TestAsync(destination);

        Assert.Equal("alert.delivery-mail-sign-in-refused", CodeOf(test));
        Assert.Contains("535", test["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain(SigningInHost.Password, test.ToJsonString(), StringComparison.Ordinal);
    }

    private static string CodeOf(JsonNode test) => test["errorCode"]!["code"]!.GetValue<string>();
}
