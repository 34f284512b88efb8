@testable internal import Cleanup
internal import TestSupport
internal import Testing

@Suite("Tags that git holds", .timeLimit(.minutes(2)))
struct GitTagsTests {
    /// A history of made-up commits: for each, its digit, its minute and its parents' digits; children first.
    private func history(
        _ commits: [(name: Character, minute: Int, parents: String)],
        _ refs: [(name: String, isTag: Bool, tip: Character)]
    ) throws -> GitHistory {
        func digits(_ name: Character) -> String { String(repeating: name, count: 40) }
        let log = commits.map { commit in
            ([String(commit.minute * 60), digits(commit.name)] + commit.parents.map(digits)).joined(separator: " ")
        }
        let tips = try refs.map { ref in
            let commit = try #require(GitObject(Array(digits(ref.tip).utf8)[...]))
            return GitTip(name: Array(ref.name.utf8), isTag: ref.isTag, commit: commit)
        }
        return try #require(GitHistory(tips, log: Array(log.joined(separator: "\n").utf8)))
    }

    /// main: a - b - c - d - f, with e merged in by f.
    private func merged() throws -> GitHistory {
        try history(
            [("f", 60, "de"), ("e", 50, "b"), ("d", 40, "c"), ("c", 30, "b"), ("b", 20, "a"), ("a", 10, "")],
            [("main", false, "f"), ("old", false, "b"), ("v1", true, "c")])
    }

    private func held(_ history: GitHistory, _ form: String, last: Int? = nil, within: Int? = nil, now: Int = 60) throws
        -> String
    {
        String(
            try "abcdef".filter { name in
                let tag =
                    form == "{sha}" ? String(repeating: name, count: 8) : "main-" + String(repeating: name, count: 8)
                return try history.holder(tag, form, last: last, within: within.map { $0 * 60 }, now: now * 60) != nil
            })
    }

    static let rules: [(last: Int?, within: Int?, held: String)] = [
        (nil, nil, "f"), (1, nil, "f"), (2, nil, "ef"), (3, nil, "def"), (5, nil, "bcdef"), (9, nil, "abcdef"),
        (nil, 15, "ef"), (nil, 35, "cdef"), (nil, 1, "f"), (2, 35, "cdef"), (4, 15, "cdef"),
    ]

    @Test("The last commits of a branch, or the young ones, are held as git log has them", arguments: rules)
    func reaches(last: Int?, within: Int?, expected: String) throws {
        #expect(try held(try merged(), "{branch}-{sha}", last: last, within: within) == expected)
    }

    @Test("Without the branch in the tag, that of any branch holds the commit", arguments: rules)
    func anyBranch(last: Int?, within: Int?, expected: String) throws {
        let history = try merged()
        let old = try held(history, "{sha}", last: last, within: within)
        // The branch "old" holds b, and by a number of commits a, too.
        #expect(old == String(Set(expected + "b" + ((last ?? 0) > 1 ? "a" : "")).sorted()))
    }

    @Test("A commit of another branch is not held by this one")
    func otherBranch() throws {
        let history = try merged()
        #expect(try history.holder("old-bbbbbbb", "{branch}-{sha}") == "branch old")
        #expect(try history.holder("old-fffffff", "{branch}-{sha}") == nil)
        #expect(try history.holder("gone-fffffff", "{branch}-{sha}") == nil)
        #expect(try history.holder("v1-ccccccc", "{branch}-{sha}") == nil)
        #expect(try history.holder("v1-ccccccc", "{tag}-{sha}") == "tag v1")
    }

    static let selections: [(branches: [String], tags: [String], held: String)] = [
        (["*"], [], "bf"), (["ma*"], [], "f"), (["/^o/", "main"], [], "bf"), ([], ["v*"], "c"),
        (["main"], ["*"], "cf"),
    ]

    @Test("A rule's patterns say which branches and git tags hold images", arguments: selections)
    func selected(branches: [String], tags: [String], held: String) throws {
        var rule = GitRule(try TagForm("{sha}"))
        rule.branches = try branches.map { try TextPattern($0) }
        rule.tags = try tags.map { try TextPattern($0) }
        let holds = try merged().holds(rule, now: 0)
        let found = "abcdef".filter { holds.holder(of: String(repeating: $0, count: 8)) != nil }
        #expect(String(found) == held)
    }

    static let misses: [(branches: [String], tags: [String], says: String)] = [
        (["master"], [], "branches: main, old"), ([], ["release-*"], "tags: v1"),
        (["master"], ["w*"], "branches: main, old; tags: v1"),
    ]

    @Test("A rule whose patterns pick nothing is an error that says what there is", arguments: misses)
    func nothing(branches: [String], tags: [String], says: String) throws {
        var rule = GitRule(try TagForm("{sha}"))
        rule.branches = try branches.map { try TextPattern($0) }
        rule.tags = try tags.map { try TextPattern($0) }
        let history = try merged()
        let error = #expect(throws: CleanupError.self) { try history.holds(rule, now: 0) }
        #expect(error?.kind == .badConfiguration)
        #expect(error?.text.contains(branches.first ?? tags[0]) == true)
        #expect(error?.hint?.hasSuffix(says) == true)
    }

    @Test("A rule that looks behind the tips is not held against a history of tips alone")
    func unread() throws {
        let commit = try #require(GitObject(Array(String(repeating: "a", count: 40).utf8)[...]))
        let history = GitHistory([GitTip(name: Array("main".utf8), isTag: false, commit: commit)])
        #expect(throws: CleanupError.self) { try history.holder("aaaaaaaa", "{sha}", last: 2) }
        #expect(try history.holder("aaaaaaaa", "{sha}") == "branch main")
    }

    @Test("Young commits behind one with a clock that went wrong are found")
    func skew() throws {
        let history = try history([("c", 60, "b"), ("b", 1, "a"), ("a", 59, "")], [("main", false, "c")])
        #expect(try held(history, "{branch}-{sha}", within: 10) == "ac")
        #expect(try held(history, "{sha}", within: 10) == "ac")
    }

    static let shapes: [(form: String, tag: String, holder: String?)] = [
        ("{sha}", "ffffffff", "branch main"), ("{sha}", "FFFFFFFF", "branch main"), ("{sha}", "ffffff", nil),
        ("{sha}", String(repeating: "f", count: 40), "branch main"), ("{sha}", String(repeating: "f", count: 41), nil),
        ("{sha}", "ffffffffe", nil), ("{sha}", "xffffffff", nil), ("*{sha}", "xffffffff", "branch main"),
        ("{sha}*", "ffffffff-amd64", "branch main"), ("*-{sha}-*", "web-ffffffff-amd64", "branch main"),
        ("{branch}", "main", "branch main"), ("{branch}", "mai", nil), ("{branch}-*", "main-12", "branch main"),
        ("{sha}-{branch}", "ffffffff-main", "branch main"), ("app-{branch}", "app-main", "branch main"),
        ("{branch}{sha}", "mainffffffff", "branch main"), ("{tag}", "v1", "tag v1"), ("{tag}", "main", nil),
        ("sha-{sha}", "sha-fffffff", "branch main"), ("*{branch}*", "x-main-y", "branch main"),
    ]

    @Test("A form is matched as a whole", arguments: shapes)
    func forms(form: String, tag: String, holder: String?) throws {
        #expect(try merged().holder(tag, form) == holder)
    }

    @Test(
        "A name with hyphens is told from what stands around it",
        arguments: ["a-b", "a", "a-b-c", "1234567", "a-1234567"])
    func splits(name: String) throws {
        let names = ["a", "a-b", "a-b-c", "1234567", "a-1234567"]
        let history = try history([("f", 1, "")], names.map { ($0, false, "f") })
        #expect(try history.holder("\(name)-fffffff", "{branch}-{sha}") == "branch \(name)")
        #expect(try history.holder("\(name)-x-fffffff", "{branch}-{sha}") == nil)
    }

    static let badForms = [
        "", "latest", "*", "{branch", "{commit}", "{branch}-{branch}", "{tag}{branch}", "a/{sha}", "****{sha}*a*b*c*d",
    ]

    @Test("A form that makes no sense is refused", arguments: badForms)
    func badForm(text: String) throws {
        let error = #expect(throws: CleanupError.self) { try TagForm(text) }
        #expect(error?.kind == .badData)
    }

    @Test("Of ten thousand branches the one is found that a tag names", .timeLimit(.minutes(1)))
    func manyBranches() throws {
        let tips = try (0..<10_000).map { number in
            let digits = String(number, radix: 16)
            let commit = Array(
                (String(repeating: "0", count: 8 - digits.utf8.count) + digits + String(repeating: "a", count: 32)).utf8
            )
            return GitTip(
                name: Array("feature/x-\(number)-some-words".utf8), isTag: false,
                commit: try #require(GitObject(commit[...])))
        }
        let holds = try GitHistory(tips).holds(GitRule(try TagForm("{branch}-{sha}")), now: 0)
        var count = 0
        for number in 0..<20_000 {
            let digits = String(number, radix: 16)
            let tag = "feature-x-\(number)-some-words-" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
            if holds.holder(of: tag) != nil { count += 1 }
        }
        #expect(count == 10_000)
    }
}

@Suite("Names of git in tags")
struct GitSlugTests {
    static let slugs: [(name: String, slug: String)] = [
        ("main", "main"), ("Feature/ABC_1.2", "feature-abc-1-2"), ("-x-", "x"), ("ÄÖ", ""),
        ("feature/ÄÖ#1", "feature----1"),
        ("a" + String(repeating: "-b", count: 40), "a" + String(repeating: "-b", count: 31)),
        (String(repeating: "a", count: 62) + "/b", String(repeating: "a", count: 62)), ("\u{212A}", "k"),
    ]

    @Test("GitLab's slug is CI_COMMIT_REF_SLUG", arguments: slugs)
    func gitLab(name: String, slug: String) {
        // A name of which nothing is left is no tag.
        #expect(GitSlug.forms(of: Array(name.utf8)).contains(Array(slug.utf8)) == !slug.isEmpty)
    }

    static let forms: [(name: String, form: String)] = [
        ("Feature/ABC_1.2", "Feature-ABC_1.2"), ("Feature/ABC_1.2", "feature-abc_1.2"), ("v1.2", "v1.2"),
        ("v1.2", "v1-2"),
        ("a//b", "a--b"), ("a//b", "a-b"), ("aÄb", "a-b"), ("aÄb", "a--b"),
        ("feature/ABC_1", "feature_ABC_1"), ("feature/ABC_1", "feature_abc_1"), ("a-/-b", "a-b"), ("x/y/Z.1", "Z.1"),
        ("x/y/Z.1", "z.1"), ("x/y/Z.1", "z-1"), ("a__b/c", "a-b-c"), ("feature/Ab", "feature-Ab"),
        ("f/" + String(repeating: "a", count: 200), "f-" + String(repeating: "a", count: 61)),
        ("f/" + String(repeating: "a", count: 200), "f-" + String(repeating: "a", count: 126)),
        ("F/" + String(repeating: "A", count: 200), "F_" + String(repeating: "A", count: 61)),
    ]

    @Test("A name is known in the forms that it has in tags of docker", arguments: forms)
    func docker(name: String, form: String) {
        #expect(GitSlug.forms(of: Array(name.utf8)).contains(Array(form.utf8)))
    }

    @Test("Every form of a name can stand in a tag, and is found in the table", arguments: 0..<200)
    func property(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = GitNameTable()
        var names: [[UInt8]] = []
        for place in 0..<20 {
            let length = Int.random(in: 1...90, using: &random)
            names.append((0..<length).map { _ in UInt8.random(in: 33...255, using: &random) })
            table.add(names[place], place)
        }
        for (place, name) in names.enumerated() {
            for form in GitSlug.forms(of: name) {
                #expect(!form.contains { !$0.isTagByte })
                var hash = GitNameTable.Hash()
                for byte in form { hash.add(byte) }
                let found = table.find(form.span, 0, form.count, hash)
                #expect(found.map { table.refs[$0].contains(place) } == true)
            }
        }
    }
}
