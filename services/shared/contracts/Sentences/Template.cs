using System.Diagnostics.CodeAnalysis;

namespace Platform.Contracts.Sentences;

/// <summary>A sentence with places for what varies. Those of the platform are static fields, from which the catalogue is made.</summary>
public interface ITemplate
{
    /// <summary>Such as <c>placement.needs-gpus</c>. Never changes its meaning.</summary>
    string Code { get; }

    /// <summary>
    /// The English. <c>{name}</c> is the place of an argument; <c>{gpus:GPU|GPUs}</c> that of a number before a noun in singular and
    /// plural.
    /// </summary>
    string English { get; }

    /// <inheritdoc cref="Sentence.Problem"/>
    string? Problem { get; }
}

/// <summary>A sentence in which nothing varies.</summary>
public sealed class Template : ITemplate
{
    private readonly Sentence _sentence;

    /// <inheritdoc cref="Template{T1}(string, string, string?)"/>
    public Template(string code, string english, string? problem = null) =>
        _sentence = new TemplateText(code, english, problem, 0).Render();

    /// <inheritdoc />
    public string Code => _sentence.Code!.Code;

    /// <inheritdoc />
    public string English => _sentence.Text;

    /// <inheritdoc />
    public string? Problem => _sentence.Problem;

    /// <summary>The sentence.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "Said as it is where a sentence is expected.")]
    [return: NotNullIfNotNull(nameof(template))]
    public static implicit operator Sentence?(Template? template) => template?._sentence;
}

/// <summary>A sentence in which one thing varies.</summary>
public sealed class Template<T1> : ITemplate
{
    private readonly TemplateText _text;

    /// <summary>Declares a sentence.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="english">With as many places as it takes arguments, in their order.</param>
    /// <param name="problem">The problem whose detail it is.</param>
    /// <exception cref="ArgumentException">Places and arguments do not match.</exception>
    public Template(string code, string english, string? problem = null) =>
        _text = new TemplateText(code, english, problem, 1);

    /// <inheritdoc />
    public string Code => _text.Code;

    /// <inheritdoc />
    public string English => _text.English;

    /// <inheritdoc />
    public string? Problem => _text.Problem;

    /// <summary>The sentence with what varies.</summary>
    public Sentence With(T1 first) => _text.Render(first);
}

/// <summary>A sentence in which two things vary.</summary>
public sealed class Template<T1, T2> : ITemplate
{
    private readonly TemplateText _text;

    /// <inheritdoc cref="Template{T1}(string, string, string?)"/>
    public Template(string code, string english, string? problem = null) =>
        _text = new TemplateText(code, english, problem, 2);

    /// <inheritdoc />
    public string Code => _text.Code;

    /// <inheritdoc />
    public string English => _text.English;

    /// <inheritdoc />
    public string? Problem => _text.Problem;

    /// <inheritdoc cref="Template{T1}.With"/>
    public Sentence With(T1 first, T2 second) => _text.Render(first, second);
}

/// <summary>A sentence in which three things vary.</summary>
public sealed class Template<T1, T2, T3> : ITemplate
{
    private readonly TemplateText _text;

    /// <inheritdoc cref="Template{T1}(string, string, string?)"/>
    public Template(string code, string english, string? problem = null) =>
        _text = new TemplateText(code, english, problem, 3);

    /// <inheritdoc />
    public string Code => _text.Code;

    /// <inheritdoc />
    public string English => _text.English;

    /// <inheritdoc />
    public string? Problem => _text.Problem;

    /// <inheritdoc cref="Template{T1}.With"/>
    public Sentence With(T1 first, T2 second, T3 third) => _text.Render(first, second, third);
}

/// <summary>A sentence in which four things vary.</summary>
public sealed class Template<T1, T2, T3, T4> : ITemplate
{
    private readonly TemplateText _text;

    /// <inheritdoc cref="Template{T1}(string, string, string?)"/>
    public Template(string code, string english, string? problem = null) =>
        _text = new TemplateText(code, english, problem, 4);

    /// <inheritdoc />
    public string Code => _text.Code;

    /// <inheritdoc />
    public string English => _text.English;

    /// <inheritdoc />
    public string? Problem => _text.Problem;

    /// <inheritdoc cref="Template{T1}.With"/>
    public Sentence With(T1 first, T2 second, T3 third, T4 fourth) => _text.Render(first, second, third, fourth);
}
