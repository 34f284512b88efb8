internal import TestSupport

/// Where the tools of these tests are.
enum Tools {
    /// The folder of what `scripts/python-tools` has installed, with its programs and libraries.
    static let installed = "\(Berth.packageRoot)/.build/template-python"
    /// The folder of its programs.
    static let python = "\(installed)/bin"
    /// The folder of the scripts beside these tests.
    static let engines = "\(Berth.packageRoot)/Tests/TemplateTests/Engines"
}
