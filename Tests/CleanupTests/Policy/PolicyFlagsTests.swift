import Cleanup
import Testing

/// Flags, and what they are about.
struct FilledFlags: Sendable, CustomTestStringConvertible {
    let text: String
    let flags: PolicyFlags
    var testDescription: String { text }

    init(_ text: String, _ fill: (inout PolicyFlags) -> Void) {
        self.text = text
        var flags = PolicyFlags()
        fill(&flags)
        self.flags = flags
    }
}

@Suite("Flags instead of a policy file")
struct PolicyFlagsTests {
    private func flags(_ fill: (inout PolicyFlags) -> Void) -> PolicyFlags {
        var flags = PolicyFlags()
        fill(&flags)
        return flags
    }

    @Test("say what goes")
    func delete() throws {
        let policy = try flags {
            $0.delete = ["mr-*", "/^[0-9a-f]{40}$/"]
            $0.olderThan = "14d"
            $0.untaggedOlderThan = "7d"
            $0.time = "pushed"
            $0.maxDelete = "30%"
        }.policy()
        #expect(policy.delete.count == 1)
        #expect(policy.delete[0].selector.tags.map(\.text) == ["mr-*", "/^[0-9a-f]{40}$/"])
        #expect(policy.delete[0].olderThan == 14 * 86_400)
        #expect(policy.delete[0].source == "--delete mr-* --delete /^[0-9a-f]{40}$/ --older-than 14d")
        #expect(policy.untaggedOlderThan == 7 * 86_400)
        #expect(policy.time == .pushed)
        #expect(policy.maxDelete == .percent(30))
        #expect(policy.keep.isEmpty && policy.match.isEmpty)
    }

    @Test("say what stays, each as a rule of its own, and all else goes")
    func keep() throws {
        let policy = try flags {
            $0.keep = ["latest", "v*"]
            $0.keepLast = ["10", "3:main-*"]
            $0.keepWithin = ["3d", "1h:/^a:b/"]
            $0.keepSemver = [">=1.0.0"]
            $0.keepGit = ["{branch}-{sha}"]
            $0.inUse = ["kubernetes:prod", "-"]
        }.policy()
        #expect(policy.delete.map(\.source) == ["--delete *"])
        #expect(policy.maxDelete == .standard)
        #expect(
            policy.keep.map(\.source) == [
                "--keep latest", "--keep v*", "--keep-last 10", "--keep-last 3:main-*", "--keep-within 3d",
                "--keep-within 1h:/^a:b/", "--keep-semver >=1.0.0", "--keep-git {branch}-{sha}",
                "--in-use kubernetes:prod",
                "--in-use -",
            ])
        #expect(
            policy.keep.map { $0.selector.tags.map(\.text) } == [
                ["latest"], ["v*"], [], ["main-*"], [], ["/^a:b/"], [], [], [], [],
            ])
        #expect(policy.keep.compactMap(\.last) == [10, 3])
        #expect(policy.keep.compactMap(\.within) == [3 * 86_400, 3600])
        #expect(policy.keep[6].selector.semver?.text == ">=1.0.0")
        #expect(policy.keep[7].git == GitRule(try TagForm("{branch}-{sha}")))
        #expect(policy.keep[8].inUse == [.kubernetes(context: "prod")])
        #expect(policy.keep[9].inUse == [.standardInput])
    }

    @Test(
        "about manifests without tags let no tag go, whatever others keep",
        arguments: [
            FilledFlags("alone") { _ in }, FilledFlags("--keep") { $0.keep = ["v*"] },
            FilledFlags("--keep-last") { $0.keepLast = ["10"] },
            FilledFlags("--in-use") { $0.inUse = ["kubernetes"] },
        ])
    func untagged(filled: FilledFlags) throws {
        var flags = filled.flags
        flags.untaggedOlderThan = "7d"
        let policy = try flags.policy()
        #expect(policy.delete.isEmpty)
        #expect(policy.untaggedOlderThan == 7 * 86_400)
        flags.olderThan = "30d"
        #expect(try flags.policy().delete.map(\.source) == ["--delete * --older-than 30d"])
        (flags.delete, flags.olderThan) = (["mr-*"], nil)
        #expect(try flags.policy().delete.map(\.source) == ["--delete mr-*"])
    }

    @Test(
        "that select nothing are an error",
        arguments: [
            FilledFlags("none") { _ in }, FilledFlags("--time") { $0.time = "created" },
            FilledFlags("--max-delete") { $0.maxDelete = "5" },
        ])
    func nothing(filled: FilledFlags) {
        let flags = filled.flags
        #expect(flags.selectsNothing)
        #expect(throws: CleanupError.self) { try flags.policy() }
        #expect(throws: Never.self) { try flags.policy(over: RepositoryPolicy()) }
    }

    @Test("beside a file keep more than it says, and set its limits")
    func besideFile() throws {
        let file = try part("time: created\nmax-delete: 5\ndelete:\n- tags: a\nkeep:\n- tags: b")
        let policy = try flags {
            $0.keep = ["c"]
            $0.time = "pushed"
            $0.maxDelete = "6"
        }.policy(over: file)
        #expect(policy.delete == file.delete)
        #expect(policy.keep.map(\.source) == ["{tags: b}", "--keep c"])
        #expect(policy.time == .pushed)
        #expect(policy.maxDelete == .count(6))
        #expect(try PolicyFlags().policy(over: file) == file)
    }

    @Test(
        "beside a file do not say what goes",
        arguments: [
            FilledFlags("--delete") { $0.delete = ["a"] }, FilledFlags("--older-than") { $0.olderThan = "1d" },
            FilledFlags("--untagged-older-than") { $0.untaggedOlderThan = "1d" },
        ])
    func selecting(filled: FilledFlags) {
        let error = #expect(throws: CleanupError.self) { try filled.flags.policy(over: RepositoryPolicy()) }
        #expect(error?.kind == .usage)
        #expect(error?.text.hasPrefix("\(filled.text) ") == true)
    }

    @Test(
        "are refused where a value makes no sense",
        arguments: [
            FilledFlags("--older-than 3") { $0.olderThan = "3" },
            FilledFlags("--older-than 11w5") { $0.olderThan = "11w5" },
            FilledFlags("--untagged-older-than x") { $0.untaggedOlderThan = "x" },
            FilledFlags("--keep-last 0") { $0.keepLast = ["0"] },
            FilledFlags("--keep-last main:3") { $0.keepLast = ["main:3"] },
            FilledFlags("--keep-last 3:") { $0.keepLast = ["3:"] },
            FilledFlags("--keep-last -1") { $0.keepLast = ["-1"] },
            FilledFlags("--keep-last 3:[") { $0.keepLast = ["3:["] },
            FilledFlags("--keep-last 1000001") { $0.keepLast = ["1000001"] },
            FilledFlags("--keep latest,stable") { $0.keep = ["latest,stable"] },
            FilledFlags("--delete release/*") { $0.delete = ["release/*"] },
            FilledFlags("--keep-last 3:a,b") { $0.keepLast = ["3:a,b"] },
            FilledFlags("--keep-within 3d:!a") { $0.keepWithin = ["3d:!a"] },
            FilledFlags("--keep a...") { $0.keep = Array(repeating: "a", count: 10_001) },
            FilledFlags("--keep-within 3") { $0.keepWithin = ["3"] },
            FilledFlags("--keep-semver x y") { $0.keepSemver = ["x y z"] },
            FilledFlags("--keep /a") { $0.keep = ["/a"] }, FilledFlags("--delete ") { $0.delete = [""] },
            FilledFlags("--in-use kubernetes:") { $0.inUse = ["kubernetes:"] },
            FilledFlags("--time now") { ($0.delete, $0.time) = (["a"], "now") },
            FilledFlags("--max-delete 101%") { ($0.delete, $0.maxDelete) = (["a"], "101%") },
            FilledFlags("--max-delete 1000001") { ($0.delete, $0.maxDelete) = (["a"], "1000001") },
        ])
    func values(filled: FilledFlags) throws {
        let error = #expect(throws: CleanupError.self) { try filled.flags.policy() }
        #expect(error?.kind == .usage)
        #expect(error?.text.hasPrefix(String(filled.text.prefix { $0 != " " })) == true, "\(error?.text ?? "")")
    }
}
