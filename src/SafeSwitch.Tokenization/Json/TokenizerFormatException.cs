namespace SafeSwitch.Tokenization;

/// <summary>A tokenizer file that cannot be read, or that asks for something which is not supported. Nothing was loaded.</summary>
public sealed class TokenizerFormatException : Exception
{
    /// <summary>An error without a place.</summary>
    public TokenizerFormatException()
        : this("The tokenizer file cannot be used.")
    {
    }

    /// <summary>An error described by a message.</summary>
    public TokenizerFormatException(string message)
        : base(message)
    {
    }

    /// <summary>An error described by a message, and what caused it.</summary>
    public TokenizerFormatException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal TokenizerFormatException(string file, string jsonPath, string problem, Exception? innerException = null)
        : base($"{file}: {(jsonPath.Length == 0 ? "" : jsonPath + ": ")}{problem}", innerException)
    {
        File = file;
        JsonPath = jsonPath;
    }

    /// <summary>A name for this kind of error that stays whatever its message says.</summary>
    public string DiagnosticId => "SS0501";

    /// <summary>The file at fault, as it was named to the loader.</summary>
    public string File { get; } = "";

    /// <summary>Where in the file, such as <c>$.pre_tokenizer.pretokenizers[1].type</c>; empty if the whole file is at fault.</summary>
    public string JsonPath { get; } = "";
}
