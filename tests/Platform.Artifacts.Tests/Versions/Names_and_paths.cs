using Platform.Artifacts.Versions;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Tests.Versions;

public sealed class Names_and_paths
{
    [Theory]
    [InlineData("digits-model", true)]
    [InlineData("A.b_c-9", true)]
    [InlineData("0", true)]
    [InlineData("", false)]
    [InlineData(".hidden", false)]
    [InlineData("-rf", false)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a b", false)]
    [InlineData("a\n", false)]
    [InlineData("a\0", false)]
    [InlineData("modèle", false)]
    [InlineData("blobs", false)]
    [InlineData("Statistics", false)]
    public void accept_only_plain_names(string name, bool accepted) =>
        Assert.Equal(accepted, ClientText.IsArtifactName(name));

    [Fact]
    public void limit_a_name_to_128_characters()
    {
        Assert.True(ClientText.IsArtifactName(new string('a', 128)));
        Assert.False(ClientText.IsArtifactName(new string('a', 129)));
    }

    [Theory]
    [Trait("check", "ART-06")]
    [InlineData("prod", true)]
    [InlineData("v3-best", true)]
    [InlineData("latest", false)]
    [InlineData("LATEST", false)]
    [InlineData("3", false)]
    [InlineData("v3", false)]
    [InlineData("V03", false)]
    [InlineData("a/b", false)]
    [InlineData("a:b", false)]
    [InlineData("a*b", false)]
    public void refuse_aliases_with_reserved_meanings(string alias, bool accepted) =>
        Assert.Equal(accepted, ArtifactNames.IsAlias(alias));

    [Theory]
    [InlineData("model.bin", true)]
    [InlineData("a/b/c.txt", true)]
    [InlineData("a b/ü/…", true)]
    [InlineData("...", true)]
    [InlineData("..a/b", true)]
    [InlineData("", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("a/", false)]
    [InlineData("a//b", false)]
    [InlineData("..", false)]
    [InlineData("../a", false)]
    [InlineData("a/../b", false)]
    [InlineData("a/..", false)]
    [InlineData("./a", false)]
    [InlineData("a/./b", false)]
    [InlineData("a\\..\\b", false)]
    [InlineData("C:\\a", false)]
    [InlineData("a\0b", false)]
    [InlineData("a\nb", false)]
    [InlineData("a\u007fb", false)]
    [InlineData("a\u0085b", false)]
    public void accept_only_safe_relative_paths(string path, bool accepted) =>
        Assert.Equal(accepted, ClientText.ProblemWithPath(path) is null);

    [Fact]
    public void limit_the_length_of_a_path_and_of_its_parts()
    {
        Assert.Null(ClientText.ProblemWithPath($"{new string('a', 255)}/b"));
        Assert.NotNull(ClientText.ProblemWithPath($"{new string('a', 256)}/b"));
        Assert.NotNull(ClientText.ProblemWithPath(new string('ü', 128)));
        Assert.NotNull(ClientText.ProblemWithPath(string.Join('/', Enumerable.Repeat("abc", 257))));
    }

    [Fact]
    public void refuse_unpaired_surrogates() => Assert.NotNull(ClientText.ProblemWithPath("a\ud800b"));

    [Theory]
    [InlineData("3", 3)]
    [InlineData("v3", 3)]
    [InlineData("V12", 12)]
    [InlineData("003", 3)]
    [InlineData("latest", null)]
    [InlineData("3a", null)]
    [InlineData("-3", null)]
    [InlineData("99999999999999", null)]
    public void distinguish_numbers_from_aliases(string reference, int? number) =>
        Assert.Equal(number, ArtifactNames.TryParseVersion(reference, out var parsed) ? parsed : null);
}
