using Platform.EventStore;
using Platform.Gateway.Users;

namespace Platform.Gateway.Tests.Users;

public sealed class A_user
{
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly UserAdded _added = new("Anna", RoleNames.Editor, _now);
    private static readonly UserDisabled _disabled = new(_now);

    private static Specification<User, UserEvent> Spec => new(User.Decider);

    [Fact]
    public void is_added() => Spec.When(Deciding(new AddUser("Anna", RoleNames.Editor))).Then(_added);

    [Fact]
    public void is_added_once() =>
        Spec.Given(_added).When(Deciding(new AddUser("anna", RoleNames.Viewer))).ThenRefused("user.exists");

    [Fact]
    public void stays_taken_while_disabled() =>
        Spec.Given(_added, _disabled).When(Deciding(new AddUser("Anna", RoleNames.Editor))).ThenRefused("user.exists");

    [Fact]
    public void gets_another_role() =>
        Spec.Given(_added)
            .When(Deciding(new ChangeUserRole(RoleNames.Administrator)))
            .Then(new UserRoleChanged(RoleNames.Administrator, _now));

    [Fact]
    public void keeps_a_role_that_is_given_again() =>
        Spec.Given(_added, new UserRoleChanged(RoleNames.Viewer, _now))
            .When(Deciding(new ChangeUserRole(RoleNames.Viewer)))
            .ThenNothing();

    [Fact]
    public void is_disabled() => Spec.Given(_added).When(Deciding(new DisableUser())).Then(_disabled);

    [Fact]
    public void is_enabled_again() =>
        Spec.Given(_added, _disabled).When(Deciding(new EnableUser())).Then(new UserEnabled(_now));

    [Fact]
    public void has_an_answer_to_every_command_in_every_state()
    {
        UserCommand[] commands =
        [
            new AddUser("anna", RoleNames.Viewer),
            new ChangeUserRole(RoleNames.Administrator),
            new DisableUser(),
            new EnableUser(),
        ];
        foreach (var status in Enum.GetValues<UserStatus>())
        {
            foreach (var command in commands)
            {
                var decision = User.Decide(new User(status, RoleNames.Editor), command, _now);
                var expected = (status, command) switch
                {

                    (UserStatus.None, AddUser)
                    or
                    (UserStatus.Enabled or UserStatus.Disabled, ChangeUserRole)
                    or
                    (UserStatus.Enabled, DisableUser)
                    or (UserStatus.Disabled, EnableUser) => typeof(Decision<UserEvent>.Accepted),
                    (UserStatus.Disabled, DisableUser) or (UserStatus.Enabled, EnableUser) =>
                        typeof(Decision<UserEvent>.NothingToDo),
                    _ => typeof(Decision<UserEvent>.Refused),
                };
                Assert.IsType(expected, decision);
            }
        }
    }

    [Theory]
    [InlineData("anna")]
    [InlineData("a")]
    [InlineData("Anna Maria")]
    [InlineData("anna.b_c-d@example.org")]
    [InlineData("007")]
    public void has_a_name(string name) => Assert.Null(UserNames.ProblemWith(name));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" anna")]
    [InlineData("anna ")]
    [InlineData("-anna")]
    [InlineData("anna.")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    [InlineData("anna\n")]
    [InlineData("a\0b")]
    [InlineData("änna")]
    [InlineData("ANNA\u212A")]
    [InlineData("安娜")]
    [InlineData("me")]
    [InlineData("local")]
    [InlineData("LOCAL")]
    [InlineData("ME")]
    public void has_no_such_name(string? name) => Assert.NotNull(UserNames.ProblemWith(name));

    [Fact]
    public void has_a_name_of_at_most_100_characters()
    {
        Assert.Null(UserNames.ProblemWith(new string('a', 100)));
        Assert.NotNull(UserNames.ProblemWith(new string('a', 101)));
    }

    private static Func<User, Decision<UserEvent>> Deciding(UserCommand command) =>
        user => User.Decide(user, command, _now);
}
