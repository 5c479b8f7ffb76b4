namespace SafeSwitch.Tokenization.Patterns;

internal enum AnchorKind { LineStart, LineEnd, TextStart, TextEnd, TextEndOrLastLine, WordBoundary, NotWordBoundary }
