using Platform.Contracts.Sentences;

namespace Platform.Tracking.Importing;

/// <summary>A run of an archive cannot be imported.</summary>
internal sealed class ImportException(Sentence why) : Exception(why.Text)
{
    public Sentence Why => why;
}
