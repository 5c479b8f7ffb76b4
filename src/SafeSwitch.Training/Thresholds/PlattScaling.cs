using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Thresholds;

/// <summary>
/// Platt's scaling: the factor and offset that turn a logit into the log-odds that held-out rows show. Targets are moved
/// off 0 and 1 as Platt did, so that separable rows give a finite factor; the factor stays positive, so ranks don't change.
/// </summary>
internal static class PlattScaling
{
    private const int Iterations = 50;
    private const double SmallestScale = 1e-2;

    public static (float Scale, float Offset) Fit(IReadOnlyList<float> logits, IReadOnlyList<bool> positive)
    {
        var positives = positive.Count(p => p);
        var negatives = positive.Count - positives;
        if (positives == 0 || negatives == 0)
            return (1, 0);

        var high = (positives + 1.0) / (positives + 2.0);
        var low = 1.0 / (negatives + 2.0);
        double scale = 1, offset = 0;
        var loss = LossAt(scale, offset);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            double gs = 0, go = 0, hss = 1e-9, hso = 0, hoo = 1e-9;
            for (var i = 0; i < logits.Count; i++)
            {
                double x = logits[i];
                var p = 1 / (1 + Math.Exp(-(scale * x + offset)));
                var error = p - (positive[i] ? high : low);
                var curvature = p * (1 - p);
                gs += error * x;
                go += error;
                hss += curvature * x * x;
                hso += curvature * x;
                hoo += curvature;
            }

            var determinant = hss * hoo - hso * hso;
            if (Math.Abs(determinant) < 1e-18)
                break;
            var ds = (hoo * gs - hso * go) / determinant;
            var @do = (hss * go - hso * gs) / determinant;

            // Newton's step, halved until it helps: far from the optimum the full one can overshoot.
            var step = 1.0;
            double next;
            while ((next = LossAt(scale - step * ds, offset - step * @do)) > loss && step > 1e-6)
                step /= 2;
            if (loss - next < 1e-12)
                break;
            scale -= step * ds;
            offset -= step * @do;
            loss = next;
        }

        return ((float)Math.Max(scale, SmallestScale), (float)offset);

        double LossAt(double s, double o)
        {
            var sum = 0.0;
            for (var i = 0; i < logits.Count; i++)
                sum += Loss.CrossEntropy((float)(s * logits[i] + o), (float)(positive[i] ? high : low));
            return sum;
        }
    }
}
