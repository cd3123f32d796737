using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Mlflow.Filtering;

/// <summary>
/// Reads filters such as <c>metrics."val/loss" &lt; 0.3 and (tags.owner in ("anna") or status = failed)</c>: MLflow's language for
/// searching runs, with <c>or</c>, <c>not</c>, parentheses, <c>between</c> and ages besides.
/// </summary>
public sealed class FilterParser
{
    public const int MaxLength = 8000;
    private const int MaxDepth = 32;
    private const int MaxComparisons = 200;

    private static readonly Dictionary<string, FilterOperator> _operators = new(StringComparer.Ordinal)
    {
        ["="] = FilterOperator.Equal,
        ["=="] = FilterOperator.Equal,
        ["!="] = FilterOperator.NotEqual,
        ["<>"] = FilterOperator.NotEqual,
        ["<"] = FilterOperator.Less,
        ["<="] = FilterOperator.LessOrEqual,
        [">"] = FilterOperator.Greater,
        [">="] = FilterOperator.GreaterOrEqual,
    };

    private readonly IReadOnlyList<Token> _tokens;
    private int _next;
    private int _depth;
    private int _comparisons;
    private Sentence? _problem;

    private FilterParser(IReadOnlyList<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_next];

    /// <summary>Reads a filter.</summary>
    /// <param name="problem">What is wrong; null when nothing is.</param>
    /// <returns>Null when something is wrong.</returns>
    public static FilterNode? Parse(string text, out Sentence? problem)
    {
        if (text.Length > MaxLength)
        {
            problem = FilterSentences.TooLong.With(MaxLength);
            return null;
        }

        var tokens = FilterLexer.Read(text, out problem);
        if (problem is not null)
        {
            return null;
        }

        var parser = new FilterParser(tokens);
        var node = parser.ReadAlternatives();
        if (node is not null && parser.Current.Kind is not TokenKind.End)
        {
            parser.Unexpected<FilterNode>();
        }

        problem = parser._problem;
        return problem is null ? node : null;
    }

    /// <summary>Reads an order such as <c>metrics.`val loss` DESC</c>.</summary>
    /// <returns>Null when it is none.</returns>
    public static FieldName? ParseOrder(string text, out bool isDescending)
    {
        isDescending = false;
        var tokens = FilterLexer.Read(text, out var problem);
        if (problem is not null)
        {
            return null;
        }

        var parser = new FilterParser(tokens);
        var field = parser.ReadField();
        isDescending = parser.TakeKeyword("desc");
        if (!isDescending)
        {
            parser.TakeKeyword("asc");
        }

        return parser.Current.Kind is TokenKind.End ? field : null;
    }

    private FilterNode? ReadAlternatives() => ReadMany("or", all: false, ReadConjunction);

    private FilterNode? ReadConjunction() => ReadMany("and", all: true, ReadPart);

    private FilterNode? ReadMany(string keyword, bool all, Func<FilterNode?> read)
    {
        var parts = new List<FilterNode>();
        do
        {
            if (read() is not { } part)
            {
                return null;
            }

            parts.Add(part);
        } while (TakeKeyword(keyword));

        return parts.Count == 1 ? parts[0] : new FilterNode.Many(all, parts);
    }

    private FilterNode? ReadPart()
    {
        if (++_depth > MaxDepth)
        {
            return Fail<FilterNode>(FilterSentences.TooDeep.With(MaxDepth));
        }

        var part = TakeKeyword("not")
            ? ReadPart() is { } negated
                ? new FilterNode.Not(negated)
                : null
            : Take("(")
                ? ReadGroup()
                : ReadComparison();
        _depth--;
        return part;
    }

    private FilterNode? ReadGroup() =>
        ReadAlternatives() is not { } group ? null
        : Take(")") ? group
        : Unexpected<FilterNode>();

    private FilterNode? ReadComparison()
    {
        if (++_comparisons > MaxComparisons)
        {
            return Fail<FilterNode>(FilterSentences.TooMany.With(MaxComparisons));
        }

        if (ReadField() is not { } field)
        {
            return null;
        }

        if (TakeKeyword("is"))
        {
            var isNegated = TakeKeyword("not");
            var isNull = new FilterNode.Comparison(field, FilterOperator.IsNull, []);
            return !TakeKeyword("null") ? Unexpected<FilterNode>()
                : isNegated ? new FilterNode.Not(isNull)
                : isNull;
        }

        if (Current.Kind is TokenKind.Sign && _operators.TryGetValue(Current.Text, out var comparison))
        {
            _next++;
            return ReadValue() is { } value ? new FilterNode.Comparison(field, comparison, [value]) : null;
        }

        return ReadWordOperator(field, TakeKeyword("not"));
    }

    private FilterNode? ReadWordOperator(FieldName field, bool isNegated)
    {
        if (TakeKeyword("in"))
        {
            return ReadList() is { } values
                ? Negate(isNegated, field, new FilterNode.Comparison(field, FilterOperator.In, values))
                : null;
        }

        if (TakeKeyword("between"))
        {
            return
                ReadValue() is { } from
                && (TakeKeyword("and") || Unexpected<FilterNode>() is not null)
                && ReadValue() is { } to
                ? Negate(
                    isNegated,
                    field,
                    new FilterNode.Many(
                        All: true,
                        [
                            new FilterNode.Comparison(field, FilterOperator.GreaterOrEqual, [from]),
                            new FilterNode.Comparison(field, FilterOperator.LessOrEqual, [to]),
                        ]
                    )
                )
                : null;
        }

        var like =
            TakeKeyword("like") ? FilterOperator.Like
            : TakeKeyword("ilike") ? FilterOperator.LikeInAnyCase
            : (FilterOperator?)null;
        return like is null ? Unexpected<FilterNode>()
            : ReadValue() is { } value ? Negate(isNegated, field, new FilterNode.Comparison(field, like.Value, [value]))
            : null;
    }

    /// <summary>As with <c>!=</c>, what is not there fulfils <c>not in</c>, <c>not like</c> and <c>not between</c> no more than their opposites.</summary>
    private static FilterNode Negate(bool isNegated, FieldName field, FilterNode node) =>
        isNegated
            ? new FilterNode.Many(
                All: true,
                [
                    new FilterNode.Not(new FilterNode.Comparison(field, FilterOperator.IsNull, [])),
                    new FilterNode.Not(node),
                ]
            )
            : node;

    /// <summary>A name, or an entity, a dot and a key, which has quotes where it is more than a word.</summary>
    private FieldName? ReadField()
    {
        var first = Current;
        if (first.Kind is not (TokenKind.Word or TokenKind.Quoted))
        {
            return Unexpected<FieldName>();
        }

        _next++;
        if (!Take("."))
        {
            return new FieldName(Entity: null, first.Text, first.Position);
        }

        var key = "";
        do
        {
            if (Current.Kind is not (TokenKind.Word or TokenKind.Quoted or TokenKind.Number))
            {
                return Unexpected<FieldName>();
            }

            // A key may have dots without quotes as long as nothing else is in it.
            key = key.Length == 0 ? Current.Text : $"{key}.{Current.Text}";
            _next++;
        } while (Take("."));
        return new FieldName(first.Text, key, first.Position);
    }

    private List<FilterValue>? ReadList()
    {
        if (!Take("("))
        {
            return Unexpected<List<FilterValue>>();
        }

        var values = new List<FilterValue>();
        do
        {
            if (ReadValue() is not { } value)
            {
                return null;
            }

            values.Add(value);
        } while (Take(","));

        return Take(")") ? values : Unexpected<List<FilterValue>>();
    }

    private FilterValue? ReadValue()
    {
        var token = Current;
        if (token.Kind is not (TokenKind.Word or TokenKind.Quoted or TokenKind.Number))
        {
            return Unexpected<FilterValue>();
        }

        _next++;
        return token.Kind is TokenKind.Number
            ? FilterLexer.ReadNumber(token)
            : new FilterValue(token.Text, Number: null, Age: null, token.Position);
    }

    private bool Take(string sign)
    {
        var isIt = Current.Is(sign);
        _next += isIt ? 1 : 0;
        return isIt;
    }

    private bool TakeKeyword(string word)
    {
        var isIt = Current.IsKeyword(word);
        _next += isIt ? 1 : 0;
        return isIt;
    }

    private T? Unexpected<T>()
        where T : class =>
        Fail<T>(
            Current.Kind is TokenKind.End
                ? FilterSentences.Incomplete
                : FilterSentences.Unexpected.With(ClientText.Brief(Current.Text), Current.Position)
        );

    private T? Fail<T>(Sentence problem)
        where T : class
    {
        _problem ??= problem;
        return null;
    }
}
