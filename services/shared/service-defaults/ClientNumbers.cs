namespace Platform.ServiceDefaults;

/// <summary>Which numbers are taken from clients.</summary>
public static class ClientNumbers
{
    /// <summary>The largest whole number that every reader of JSON keeps exactly: 2⁵³ − 1, as a 64-bit floating-point number holds it.</summary>
    public const long MaxWhole = (1L << 53) - 1;
}
