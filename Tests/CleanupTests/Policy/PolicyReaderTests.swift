import Cleanup
import Registry
import Testing
import TestSupport

/// Reads a policy that has to be one.
func policy(_ text: String) throws -> Policy {
    try Policy(parsing: Array(text.utf8), file: "berth.yml")
}

/// Reads one part of a policy.
func part(_ text: String) throws -> RepositoryPolicy {
    try #require(try policy(wrapped(text)).repositories.first)
}

/// A policy of one part.
func wrapped(_ part: String) -> String {
    "version: 1\nrepositories:\n- " + part.split(separator: "\n").joined(separator: "\n  ") + "\n"
}

@Suite("A policy file")
struct PolicyReaderTests {
    static let example = """
        version: 1
        repositories:                     # the first whose match fits is used
          - match: "registry.example.com/group/*"
            time: created                 # or pushed
            max-delete: 50%
            delete:                       # a tag is a candidate if any of these selects it
              - {tags: "mr-*", older-than: 14d}
              - {tags: "/^[0-9a-f]{40}$/", older-than: 90d}
            keep:                         # a tag that any of these holds stays
              - {tags: [latest, "v*"]}
              - {tags: "main-*", last: 10}
              - {tags: "mr-*", within: 3d}
              - {semver: ">=1.0.0", last: 3, per: minor}
              - {labels: {keep: "true"}}
              - {git: {branches: "*", last: 10, within: 2w, tag: "{branch}-{sha}"}}
              - {in-use: [kubernetes, deployed.txt]}
            untagged: {older-than: 7d}    # absent: untagged manifests stay
        """

    @Test("is read as it is written")
    func whole() throws {
        let part = try #require(try policy(Self.example).repositories.first)
        #expect(part.match == [try TextPattern("registry.example.com/group/*", for: .paths)])
        #expect(part.time == .created)
        #expect(part.maxDelete == .percent(50))
        #expect(part.untaggedOlderThan == 7 * 86_400)
        #expect(part.werf == nil)

        #expect(part.delete.map(\.olderThan) == [14 * 86_400, 90 * 86_400])
        #expect(part.delete.map { $0.selector.tags.map(\.text) } == [["mr-*"], ["/^[0-9a-f]{40}$/"]])
        #expect(
            part.delete.map(\.source) == [
                "{tags: \"mr-*\", older-than: 14d}", "{tags: \"/^[0-9a-f]{40}$/\", older-than: 90d}",
            ])

        let keep = part.keep
        try #require(keep.count == 7)
        #expect(keep[0].selector.tags.map(\.text) == ["latest", "v*"])
        #expect(keep[0].source == "{tags: [latest, \"v*\"]}")
        #expect(keep[1].last == 10)
        #expect(keep[2].within == 3 * 86_400)
        #expect(keep[3].selector.semver == (try SemanticRange(">=1.0.0")))
        #expect(keep[3].per == .minor)
        #expect(keep[4].selector.labels == [MarkPattern("keep", try TextPattern("true"))])
        var git = GitRule(try TagForm("{branch}-{sha}"))
        git.branches = [try TextPattern("*")]
        git.last = 10
        git.within = 14 * 86_400
        #expect(keep[5].git == git)
        #expect(keep[5].source == "{git: {branches: \"*\", last: 10, within: 2w, tag: \"{branch}-{sha}\"}}")
        #expect(keep[6].inUse == [.kubernetes(context: nil), .file("deployed.txt")])
    }

    @Test("that says little deletes nothing")
    func little() throws {
        #expect(try policy("version: 1\nrepositories: [{}]").repositories == [RepositoryPolicy()])
        #expect(try part("match: a/b\ndelete: []\nkeep: []").delete == [])
    }

    @Test("may have one text or a list of them, in quotes or not")
    func texts() throws {
        let one = try part("match: r.example/a\ndelete:\n  - tags: latest\n    annotations: {a.b/c: x}")
        let list = try part(
            "match:\n  - \"r.example/a\"\ndelete:\n  - tags:\n    - 'latest'\n    annotations:\n      a.b/c: \"x\"")
        #expect(one.match == list.match)
        #expect(one.delete.map(\.selector) == list.delete.map(\.selector))
        // A text stays what it is, also where it looks like a number or a truth.
        let looks = try part("delete:\n  - {tags: [1.10, yes], labels: {keep: true, empty: \"\"}}")
        #expect(looks.delete[0].selector.tags.map(\.text) == ["1.10", "yes"])
        #expect(looks.delete[0].selector.labels.map(\.value.text) == ["true", ""])
    }

    @Test(
        "names what is in use by clusters, files and standard input",
        arguments: [
            ("kubernetes", [.kubernetes(context: nil)]), ("\"kubernetes:*\"", [.kubernetes(context: "*")]),
            (
                "[kubernetes:prod, ./kubernetes, \"-\"]",
                [.kubernetes(context: "prod"), .file("./kubernetes"), .standardInput]
            ),
            ("arn:aws:eks:eu:1:cluster/a", [.file("arn:aws:eks:eu:1:cluster/a")]),
            ("kubernetes:arn:aws:eks:eu:1:cluster/a", [.kubernetes(context: "arn:aws:eks:eu:1:cluster/a")]),
        ] as [(String, [UsageSource])])
    func usage(text: String, sources: [UsageSource]) throws {
        #expect(try part("keep:\n- in-use: \(text)").keep[0].inUse == sources)
    }

    @Test(
        "limits how much may go",
        arguments: [
            ("50%", .percent(50)), ("\"50%\"", .percent(50)), ("100%", .percent(100)), ("0%", .percent(0)),
            ("500", .count(500)),
            ("0", .count(0)),
        ] as [(String, RepositoryPolicy.DeletionLimit)])
    func limit(text: String, limit: RepositoryPolicy.DeletionLimit) throws {
        #expect(try part("max-delete: \(text)").maxDelete == limit)
    }

    @Test("is chosen by the first part that fits")
    func choice() throws {
        let policy = try policy(
            """
            version: 1
            repositories:
            - {match: [r.example/a, "r.example/team/*"], max-delete: 1}
            - {match: "/^r\\\\.example/", max-delete: 2}
            - {match: "*", max-delete: 3}
            """)
        for (name, number) in [
            ("r.example/a", 1), ("r.example/team/x", 1), ("r.example/team/x/y", 2), ("s.example/r", 3),
        ] {
            #expect(try policy.part(for: Repository(name))?.maxDelete == .count(number), "\(name)")
        }
        #expect(try Policy([policy.repositories[0]]).part(for: Repository("s.example/a")) == nil)
    }

    @Test("may have so many rules that each has a number, and no more", arguments: ["delete", "keep"])
    func manyRules(key: String) throws {
        let rule = "\n- tags: a"
        _ = try part(key + ":" + String(repeating: rule, count: 10_000))
        let error = #expect(throws: CleanupError.self) {
            try part(key + ":" + String(repeating: rule, count: 10_001))
        }
        #expect(error?.kind == .badData)
        #expect(error?.text.hasSuffix("\(key) has more than 10000 rules") == true)
    }

    @Test("that is none is refused, with the place and what to do", arguments: Self.mistakes)
    func mistake(mistake: PolicyMistake) throws {
        let error = #expect(throws: CleanupError.self) { try policy(mistake.text) }
        #expect(error?.kind == .badData)
        #expect(error?.text == "berth.yml:\(mistake.place): \(mistake.reason)")
        #expect(error?.hint == mistake.hint)
    }

    @Test("of nonsense is read or refused, and never ends the program")
    func hostile() throws {
        var generator = SeededGenerator(seed: 7)
        let words = [
            "version: 1", "repositories:", "- ", "  ", "\n", "delete", "keep", ": ", "{", "}", "[", "]", ",", "tags",
            "last",
            "1", "semver", "git", "in-use", "\"", "/(/", "older-than", "14d", "~", "labels", "per", "match", "untagged",
        ]
        let whole = Array(Self.example.utf8)
        for round in 0..<4000 {
            var text = Array("version: 1\nrepositories:\n- ".utf8)
            if round.isMultiple(of: 2) {
                text = whole
                for _ in 0..<3 {
                    text[Int.random(in: text.indices, using: &generator)] = UInt8.random(in: 0...127, using: &generator)
                }
            } else {
                for _ in 0..<12 { text += (words.randomElement(using: &generator) ?? "").utf8 }
            }
            do throws(CleanupError) {
                _ = try Policy(parsing: text, file: "f")
            } catch {
                let isLine = !error.text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
                if error.kind != .badData || !error.text.hasPrefix("f:") || !isLine { Issue.record("\(error)") }
            }
        }
    }
}
