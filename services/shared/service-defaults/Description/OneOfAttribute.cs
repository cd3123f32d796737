namespace Platform.ServiceDefaults;

/// <summary>Says in the description of the API which texts a property has.</summary>
/// <param name="values">The texts.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfAttribute(params string[] values) : Attribute
{
    /// <param name="values">An enumeration whose names are sent in lower case; <c>None</c>, which stands for "there is no such thing", never is.</param>
    public OneOfAttribute(Type values)
        : this([.. Enum.GetNames(values).Where(name => name is not "None").Select(name => name.ToLowerInvariant())]) { }

    /// <summary>The texts.</summary>
    public IReadOnlyList<string> Values { get; } = values;
}
