using System.Text.Json;
using CsCheck;
using Platform.Contracts;
using Platform.Contracts.Sentences;
using Platform.EventStore;

namespace Platform.ServiceDefaults.Tests;

[Trait("suite", "unit")]
public sealed class Sentences_with_codes
{
    private static readonly Template _fixed = new("test.fixed", "It is so.");
    private static readonly Template<int, int> _queue = new(
        "test.queue",
        "waits for {gpus:GPU|GPUs}; {ahead:job is|jobs are} ahead"
    );
    private static readonly Template<string, object> _two = new(
        "test.two",
        "'{name}' is {value}!",
        problem: "test.two"
    );
    private static readonly Template<int, Sentence> _ofRank = new("test.of-rank", "rank {rank}: {detail}");

    private static readonly Gen<string>[] _braces =
    [
        .. new[] { "{name}", "{value}", "{0}", "}{", "{a:b|c}" }.Select(Gen.Const),
    ];

    [Theory]
    [InlineData(1, 0, "waits for 1 GPU; 0 jobs are ahead")]
    [InlineData(2, 1, "waits for 2 GPUs; 1 job is ahead")]
    public void say_numbers_in_singular_and_plural(int gpus, int ahead, string text)
    {
        var sentence = _queue.With(gpus, ahead);

        Assert.Equal(text, sentence.Text);
        Assert.Equal("test.queue", sentence.Code!.Code);
        Assert.Equal(
            [("gpus", $"{gpus}"), ("ahead", $"{ahead}")],
            sentence.Code.Args!.Select(arg => (arg.Key, arg.Value))
        );
    }

    [Fact]
    public void need_no_arguments()
    {
        Sentence sentence = _fixed;
        Template? none = null;

        Assert.Equal("It is so.", sentence.Text);
        Assert.Null(sentence.Code!.Args);
        Assert.Null((Sentence?)none);
    }

    [Fact]
    public void keep_what_is_put_into_them_whatever_it_is() =>
        Gen.Select(Gen.OneOf(Gen.String, Gen.OneOf(_braces)), Gen.String)
            .Sample(
                (name, value) =>
                {
                    var sentence = _two.With(name, value);
                    return sentence.Text == $"'{name}' is {value}!"
                        && sentence.Code!.Args!["name"] == name
                        && sentence.Code.Args["value"] == value;
                }
            );

    [Fact]
    public void hold_other_sentences()
    {
        var sentence = _ofRank.With(3, _two.With("a", 1.5));

        Assert.Equal("rank 3: 'a' is 1.5!", sentence.Text);
        Assert.Equal("'a' is 1.5!", sentence.Code!.Args!["detail"]);
        Assert.Equal(_two.With("a", 1.5).Code, Assert.Single(sentence.Code.Parts!).Value);
    }

    [Fact]
    public void hold_texts_that_have_no_code()
    {
        var sentence = _ofRank.With(3, new Sentence("as an old agent says it", Code: null));

        Assert.Equal("rank 3: as an old agent says it", sentence.Text);
        Assert.Null(sentence.Code!.Parts);
    }

    [Fact]
    public void are_said_one_after_the_other()
    {
        Assert.Null(Sentence.Join(null, null));
        Assert.Equal(_fixed, Sentence.Join(null, _fixed));
        Assert.Equal("It is so. 'a' is b!", Sentence.Join(_fixed, null, _two.With("a", "b"))!.Text);
    }

    [Theory]
    [InlineData("no place")]
    [InlineData("{one} and {one}")]
    [InlineData("{one}, {two} and {three}")]
    public void have_a_place_for_each_argument(string english) =>
        Assert.Throws<ArgumentException>(() => new Template<string, string>("test.places", english));

    [Fact]
    public void are_equal_when_they_say_the_same()
    {
        Assert.Equal(_two.With("a", 1), _two.With("a", 1));
        Assert.Equal(_two.With("a", 1).GetHashCode(), _two.With("a", 1).GetHashCode());
        Assert.NotEqual(_two.With("a", 1).Code, _two.With("a", 2).Code);
        Assert.NotEqual(_ofRank.With(1, _fixed).Code, _ofRank.With(1, new Sentence("It is so.", Code: null)).Code);
    }

    [Fact]
    public void are_stored_and_read_again()
    {
        var code = _ofRank.With(1, _two.With("a", "\"b\"")).Code!;

        Assert.Equal(code, SentenceCode.FromJson(code.ToJson()));
        Assert.Equal("""{"code":"test.fixed"}"""u8.ToArray(), ((Sentence)_fixed).Code!.ToJson());
        Assert.Null(SentenceCode.FromJson(null));
    }

    [Fact]
    public void of_other_machines_are_stored_only_as_far_as_they_can_be()
    {
        var code = _ofRank.With(1, _two.With("a\0b", new string('x', 50))).Code!.Storable(10)!;

        Assert.Equal("a\uFFFDb", code.Parts!["detail"].Args!["name"]);
        Assert.Equal(new string('x', 10), code.Parts["detail"].Args!["value"]);
        Assert.Null(new SentenceCode { Code = "no code\0" }.Storable(10));
        Assert.Null(new SentenceCode { Code = new string('a', 1000) }.Storable(10));
        Assert.Null(
            new SentenceCode
            {
                Code = "a",
                Args = Enumerable.Range(0, 1000).ToDictionary(i => $"a{i}", _ => ""),
            }.Storable(10)
        );
        var deep = Enumerable
            .Range(0, 1000)
            .Aggregate(
                new SentenceCode { Code = "a" },
                (inner, _) =>
                    new SentenceCode
                    {
                        Code = "a",
                        Parts = new Dictionary<string, SentenceCode> { ["p"] = inner },
                    }
            );
        Assert.True(deep.Storable(10)!.ToJson().Length < 200);
        var args = Enumerable.Range(0, 20).ToDictionary(i => $"a{i}", _ => new string('x', 1000));
        var part = new SentenceCode { Code = "a", Args = args };
        var wide = part with { Parts = args.ToDictionary(arg => arg.Key, _ => part) };
        Assert.Null(wide.Storable(1000));
    }

    [Fact]
    public void are_the_details_of_problems()
    {
        var problem = ProblemResults.Problem(409, _two.With("a", "b")).ProblemDetails;

        Assert.Equal(("/problems/test.two", "'a' is b!"), (problem.Type, problem.Detail));
        Assert.Equal(
            """{"code":"test.two","args":{"name":"a","value":"b"}}""",
            JsonSerializer.Serialize(problem.Extensions, JsonDefaults.Lenient)
        );
    }

    [Fact]
    public void come_with_the_errors_of_fields()
    {
        var problem = ProblemResults.Invalid("name", _two.With("a", "b")).ProblemDetails;

        Assert.Equal(
            """{"code":"validation","errorCodes":{"name":[{"detail":"\u0027a\u0027 is b!","code":"test.two","args":{"name":"a","value":"b"}}]}}""",
            JsonSerializer.Serialize(problem.Extensions, JsonDefaults.Lenient)
        );
    }

    [Fact]
    public void refuse_commands()
    {
        var refusal = Refusals.Of(_two.With("a", "b"));

        Assert.Equal(("test.two", "'a' is b!"), (refusal.Code, refusal.Message));
        Assert.Equal(_two.With("a", "b"), Refusals.SentenceOf(refusal));
        Assert.Equal("/problems/x", ProblemResults.From(new Refusal("x", "An old one.")).ProblemDetails.Type);
        Assert.Throws<ArgumentException>(() => Refusals.Of(_fixed));
    }
}
