internal import TestSupport

/// The project's templates, as they lie in `ci-templates`.
enum TemplateFiles {
    /// The directory.
    static let root = "\(Berth.packageRoot)/ci-templates"
}
