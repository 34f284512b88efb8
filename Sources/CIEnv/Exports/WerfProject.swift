/// The project that a `werf.yaml` describes.
public enum WerfProject {
    /// The project's name, or `nil` where the text has none.
    public static func name(inWerfYAML text: [UInt8]) -> String? { nil }
}
