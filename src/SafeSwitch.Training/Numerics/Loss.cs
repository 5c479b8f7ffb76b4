namespace SafeSwitch.Training.Numerics;

/// <summary>Binary cross-entropy on logits: the sigmoid belongs to the loss, never to the network.</summary>
internal static class Loss
{
    public static float Sigmoid(float logit) => 1 / (1 + MathF.Exp(-logit));

    /// <summary>Cross-entropy in nats, without overflow for any logit.</summary>
    public static float CrossEntropy(float logit, float target) =>
        MathF.Max(logit, 0) - logit * target + float.LogP1(MathF.Exp(-MathF.Abs(logit)));

    /// <summary>Its derivative.</summary>
    public static float Gradient(float logit, float target) => Sigmoid(logit) - target;
}
