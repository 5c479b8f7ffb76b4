namespace SafeSwitch.Training.States;

/// <summary>Element types that shards use, by their names in the safetensors format.</summary>
internal enum SafeTensorType
{
    F16,
    F32,
    I32,
}
