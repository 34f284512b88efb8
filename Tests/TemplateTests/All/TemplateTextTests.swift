internal import TestSupport
internal import Testing

@Suite("The text of every template")
struct TemplateTextTests {
    @Test("Each begins with how it is used, in three lines or more", arguments: Template.all.filter(\.isWhole))
    func usage(of template: Template) throws {
        let lines = try template.lines().drop { $0.hasPrefix("#!") }
        let comment = lines.prefix { $0.hasPrefix("#") || $0.hasPrefix("//") }
        #expect(comment.count >= 3)
    }

    @Test("Each is in the table of ci-templates/README.md, itself or its folder's README", arguments: Template.all)
    func table(has template: Template) throws {
        let readme = try Files.text("\(TemplateFiles.root)/README.md")
        guard !readme.contains("](\(template.name))") else { return }
        let folder = template.name.prefix { $0 != "/" }
        #expect(readme.contains("](\(folder)/README.md)") || readme.contains("](\(folder)/)"))
    }

    @Test("What a release fills in stands where it is looked for, and is empty until then", arguments: Template.all)
    func stamps(of template: Template) throws {
        let source = try Files.text("\(Berth.packageRoot)/Sources/berth/Version.swift").split(separator: "\n")
        let version = try #require(
            source.first { $0.contains("static let text") }?.split(separator: "\"").dropFirst().first)
        for line in try template.lines() where line.contains("stamped:") {
            let stamp = try #require(
                ["releases", "sha256", "version"].first { line.hasSuffix("# stamped: \($0)") }, "\(line)")
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            #expect(parts.count == 3, "\(line)")
            #expect(
                parts.count == 3 && (stamp == "version" ? parts[1].hasSuffix(version) : parts[1].isEmpty), "\(line)")
        }
    }

    @Test("Who installs berth has all three settings", arguments: Template.all.filter(\.installs))
    func settings(of template: Template) throws {
        let stamped = try template.lines().compactMap { line in
            line.firstRange(of: "# stamped: ").map { String(line[$0.upperBound...]) }
        }
        #expect(stamped.sorted() == ["releases", "sha256", "version"])
    }

    @Test("The function that installs is install.sh's, word by word", arguments: Template.all.filter(\.installs))
    func copies(in template: Template) throws {
        let original = try Template(name: "install.sh").function().map { "\($0)\n" }.joined()
        #expect(try template.function().map { "\($0)\n" }.joined() == original, "scripts/embed-install renews it")
    }

    @Test("install.sh has nothing in it that a CI system would take for its own")
    func isNeutral() throws {
        let function = try Template(name: "install.sh").function().joined(separator: "\n")
        for mark in ["${", "\\", "<<", "{{", "'''", "$[["] { #expect(!function.contains(mark), "\(mark)") }
    }
}

extension Template {
    /// Whether it has a copy of the function that installs.
    fileprivate var installs: Bool { name != "install.sh" && hasInstaller }

    /// The function, without the blanks that all of its lines begin with.
    fileprivate func function() throws -> [Substring] {
        let lines = try lines()
        let first = try #require(lines.firstIndex { $0.hasSuffix("berth_install() (") })
        let indent = lines[first].prefix { $0 == " " }
        let last = try #require(lines[first...].firstIndex { $0 == "\(indent))" })
        return try lines[first...last].map { line in
            try #require(line.hasPrefix(indent), "\(line)")
            return line.dropFirst(indent.count)
        }
    }
}
