internal import TestSupport
internal import Testing

/// A file of `ci-templates`, but for what is said about them in READMEs.
struct Template: CustomTestStringConvertible, Sendable {
    /// The path below `ci-templates`.
    let name: String

    var path: String { "\(TemplateFiles.root)/\(name)" }
    var testDescription: String { name }

    /// The text, by lines.
    func lines() throws -> [Substring] {
        try Files.text(path).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Whether it is there for itself, and not a part of another or an example of how it is used.
    var isWhole: Bool { name != "install.sh" && !name.hasSuffix(".js") && !name.contains("/examples/") }

    /// Whether the function that installs berth stands in it.
    var hasInstaller: Bool { ((try? lines()) ?? []).contains { $0.hasSuffix("berth_install() (") } }

    /// All of them.
    static let all = names(in: "").filter { !$0.hasSuffix("README.md") }.map(Template.init)

    private static func names(in folder: String) -> [String] {
        Files.names(in: "\(TemplateFiles.root)/\(folder)").sorted().flatMap { name in
            let path = "\(folder)\(name)"
            return Files.isDirectory("\(TemplateFiles.root)/\(path)") ? names(in: "\(path)/") : [path]
        }
    }
}

extension Files {
    /// Whether a path is a directory.
    fileprivate static func isDirectory(_ path: String) -> Bool {
        facts(path)?.kind == .directory
    }
}
