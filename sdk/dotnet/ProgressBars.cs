namespace Platform.Sdk;

/// <summary>What is kept of the progress bars that a program draws: lines that it draws over.</summary>
public enum ProgressBars
{
    /// <summary>How they ended.</summary>
    Last,

    /// <summary>How they ended, and how they stood once a second.</summary>
    Second,

    /// <summary>Nothing.</summary>
    Off,
}
