namespace SafeSwitch.Reliability.Edits;

/// <summary>A file after an edit.</summary>
/// <param name="Bytes">What it holds now.</param>
/// <param name="What">What was done, short enough for a table.</param>
internal readonly record struct Edit(byte[] Bytes, string What);

/// <summary>Edits a file of some format at random: the same random numbers give the same edit.</summary>
internal delegate Edit Editor(byte[] file, Random random);
