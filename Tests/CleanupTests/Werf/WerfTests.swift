@testable internal import Cleanup
internal import Registry
internal import Testing

@Suite("Tags of werf's")
struct WerfTagTests {
    static let hash = String(repeating: "0a1b2c3d", count: 7)
    static let commit = String(repeating: "0123456789", count: 4)

    static let stages = [
        hash + "-1700000000000", hash, hash + "-1700000000000-rejected", "managed-image-app",
        "client-id-x-1700000000000",
        "sync-server", "cleanup", "custom-tag-meta-release", "import-metadata-x",
        "meta-1f2e_\(commit)_\(hash)-1700000000000", "meta-1f2e_\(commit)_\(hash)",
    ]

    @Test("What werf writes is recognised", arguments: stages)
    func known(name: String) {
        #expect(WerfTag(name) != nil)
    }

    static let others = [
        "latest", "v1.2.3", "meta-foo", "cleanup-2", "sync-server-2", "managed-image-", "custom-tag-meta-",
        "client-id-",
        hash.dropLast() + "g", hash + "0", hash + "-170000000000", hash + "-17000000000000", hash + "-170000000000x",
        hash.uppercased(), hash + "_1700000000000", hash + "-rejected", "meta-1f2e_\(commit)_latest",
        "meta-1f2e_main_\(hash)-1700000000000", "meta-_\(commit)_\(hash)", "meta-1f2e_\(commit)_\(hash)_x",
        String(repeating: "release-", count: 7),
    ]

    @Test("What only looks like it is somebody else's", arguments: others)
    func unknown(name: String) {
        #expect(WerfTag(name) == nil)
    }
}

@Suite("A repository of werf's")
struct WerfPlannerTests {
    static let day = 86_400
    static let now = 1_700_000_000

    /// A repository that is made tag by tag, and a history: main has m1 (the tip) to m9, feature f1, which comes from m9.
    struct Stage {
        var inventory = Inventory()
        var places: [String: Int] = [:]

        mutating func add(_ name: String, image: String? = nil, labels: [String: String] = [:]) throws {
            let node = inventory.node(Digest(of: Array((image ?? name).utf8)))
            places[name] = inventory.tagCount
            inventory.add(try Tag(name), node)
            inventory.setMarks(ImageMarks(labels: [labels]), of: node)
        }

        /// Adds the stage `letter`, so many days old.
        mutating func stage(_ letter: Character, days: Int = 30, labels: [String: String] = [:]) throws {
            try add(Self.name(letter, days: days), labels: labels.merging(["werf": "project"]) { $1 })
        }

        mutating func metadata(_ stage: Character, of commit: String, image: String = "app", days: Int = 30) throws {
            try add("meta-\(image)_\(Self.commit(commit))_\(Self.name(stage, days: days))")
        }

        /// Adds a stage that main's tip holds.
        mutating func kept() throws {
            try stage("0")
            try metadata("0", of: "m1")
        }

        static func name(_ letter: Character, days: Int = 30) -> String {
            String(repeating: letter, count: 56) + "-\((now - days * day) * 1000)"
        }

        static func commit(_ name: String) -> String {
            let digits = name.utf8.map { String($0, radix: 16) }.joined()
            return digits + String(repeating: "0", count: 40 - digits.utf8.count)
        }
    }

    private func history(days: Int = 1) throws -> GitHistory {
        let main = (1...9).map { number -> String in
            let parent = number < 9 ? Stage.commit("m\(number + 1)") : ""
            return "\(Self.now - (days + number) * Self.day) \(Stage.commit("m\(number)")) \(parent)"
        }
        let log = ["\(Self.now - days * Self.day) \(Stage.commit("f1")) \(Stage.commit("m9"))"] + main
        let refs: [(name: String, commit: String, isTag: Bool)] = [
            ("main", "m1", false), ("feature", "f1", false), ("v1", "m5", true),
        ]
        var tips: [GitTip] = []
        for ref in refs {
            let digits = Array(Stage.commit(ref.commit).utf8)
            let commit = try #require(GitObject(digits[...]))
            tips.append(
                GitTip(
                    name: Array(ref.name.utf8), isTag: ref.isTag, commit: commit, made: Self.now - days * Self.day))
        }
        return try #require(GitHistory(tips, log: Array(log.joined(separator: "\n").utf8)))
    }

    /// What stays, and why, and what goes.
    private func decide(
        _ stage: Stage, days: Int = 1, policy: WerfPolicy? = nil, held: [String: Reason] = [:]
    ) throws -> [String: Plan.Decision] {
        let planner = WerfPlanner(policy: try policy ?? .standard(), history: try history(days: days), now: Self.now)
        let decisions = try planner.decisions(in: stage.inventory) { (place) throws(CleanupError) in
            held[stage.inventory.tagName(at: place)]
        }
        return try stage.places.mapValues { try #require(decisions[$0]) }
    }

    @Test("Stages of branches and tags stay, and those of a branch that is gone go, with their records")
    func branches() throws {
        var stage = Stage()
        for (letter, commit) in [("a", "m1"), ("b", "f1"), ("c", "m5"), ("d", "gone")] as [(Character, String)] {
            try stage.stage(letter)
            try stage.metadata(letter, of: commit)
        }
        let decisions = try decide(stage)
        for letter in "abc" { #expect(decisions[Stage.name(letter)] == .init(keep: .werf(.git))) }
        #expect(decisions[Stage.name("d")] == .init(delete: .werf(.unused)))
        let deleted = decisions.filter { $0.value.isDeleted }.map(\.key).sorted()
        let record = "meta-app_\(Stage.commit("gone"))_\(Stage.name("d"))"
        #expect(deleted == [Stage.name("d"), record].sorted())
    }

    @Test(
        "Of a branch, so many images stay as the last policy for it says; each image counts for itself",
        arguments: [1, 3, 20])
    func lastImages(last: Int) throws {
        var stage = Stage()
        let letters = Array("123456789")
        for (place, letter) in letters.enumerated() {
            try stage.stage(letter)
            try stage.metadata(letter, of: "m\(place + 1)", image: "app")
        }
        try stage.stage("a")
        try stage.metadata("a", of: "m9", image: "other")
        let policy = WerfPolicy(keep: [
            WerfKeepPolicy(isAboutTags: false, name: try TextPattern("*"), images: .init()),
            WerfKeepPolicy(isAboutTags: false, name: try TextPattern("main"), images: .init(last: last)),
        ])
        // The feature, whose base is m9, would hold everything from there.
        let feature = WerfPolicy(keep: [policy.keep[1]])
        let decisions = try decide(stage, policy: feature)
        for (place, letter) in letters.enumerated() {
            let isDeleted = place >= last
            #expect(decisions[Stage.name(letter)]?.isDeleted == isDeleted)
        }
        #expect(decisions[Stage.name("a")]?.isDeleted == false)
        #expect(try decide(stage, policy: policy)[Stage.name("9")]?.isDeleted == false)
    }

    @Test("A stage that was built again from other commits counts once")
    func sameStage() throws {
        var stage = Stage()
        try stage.stage("a")
        try stage.stage("b")
        for commit in ["m1", "m2", "m3"] { try stage.metadata("a", of: commit) }
        try stage.metadata("b", of: "m4")
        let policy = WerfPolicy(keep: [
            WerfKeepPolicy(isAboutTags: false, name: try TextPattern("main"), images: .init(last: 2))
        ])
        let decisions = try decide(stage, policy: policy)
        #expect(!decisions.values.contains { $0.isDeleted })
    }

    @Test("By the standard, old branches' images go, and those of main branches stay")
    func standard() throws {
        var stage = Stage()
        for (letter, commit) in [("a", "m1"), ("b", "f1"), ("c", "m5")] as [(Character, String)] {
            try stage.stage(letter)
            try stage.metadata(letter, of: commit)
        }
        let decisions = try decide(stage, days: 8)
        #expect(decisions[Stage.name("a")] == .init(keep: .werf(.git)))
        #expect(decisions[Stage.name("b")] == .init(delete: .werf(.unused)))
        #expect(decisions[Stage.name("c")] == .init(keep: .werf(.git)))
    }

    @Test("What a stage was made from stays with it, through all generations")
    func ancestors() throws {
        var stage = Stage()
        try stage.stage(
            "a", labels: ["werf.io/parent-stage-id": Stage.name("b"), "werf-import-source-stage-id-0": Stage.name("c")])
        try stage.stage("b", labels: ["werf.io/parent-stage-id": Stage.name("d")])
        try stage.stage("c", labels: ["werf-dependency-stage-id-0": Stage.name("e")])
        for letter in "def" { try stage.stage(letter) }
        try stage.metadata("a", of: "m1")
        let decisions = try decide(stage)
        #expect(decisions[Stage.name("b")] == .init(keep: .werf(.ancestor)))
        #expect(decisions[Stage.name("c")] == .init(keep: .werf(.source)))
        #expect(decisions[Stage.name("d")] == .init(keep: .werf(.ancestor)))
        #expect(decisions[Stage.name("e")] == .init(keep: .werf(.source)))
        #expect(decisions[Stage.name("f")] == .init(delete: .werf(.unused)))
    }

    @Test("What was built in the last two hours stays, and what claims to be from the future")
    func age() throws {
        var stage = Stage()
        try stage.stage("a", days: 0)
        try stage.stage("b", days: -3)
        try stage.stage("c", days: 5000)
        try stage.stage("d")
        try stage.metadata("d", of: "gone")
        try stage.kept()
        let decisions = try decide(stage)
        #expect(decisions[Stage.name("a", days: 0)] == .init(keep: .werf(.builtWithin)))
        #expect(decisions[Stage.name("b", days: -3)] == .init(keep: .ageUnknown))
        #expect(decisions[Stage.name("c", days: 5000)] == .init(keep: .ageUnknown))
        #expect(decisions[Stage.name("d")]?.isDeleted == true)
    }

    @Test("What is in use stays, with its sources, by the stage's tag or by a custom one")
    func inUse() throws {
        var stage = Stage()
        try stage.stage("a", labels: ["werf.io/parent-stage-id": Stage.name("b")])
        try stage.stage("b")
        try stage.stage("c")
        try stage.add("custom", image: Stage.name("c"), labels: ["werf": "project"])
        try stage.add("custom-tag-meta-custom", labels: ["stage-id": Stage.name("c"), "tag": "custom"])
        try stage.stage("d")
        try stage.metadata("d", of: "gone")
        try stage.kept()
        let decisions = try decide(stage, held: [Stage.name("a"): .inUse(0), "custom": .inUse(1)])
        #expect(decisions[Stage.name("a")] == .init(keep: .inUse(0)))
        #expect(decisions[Stage.name("b")] == .init(keep: .werf(.ancestor)))
        #expect(decisions[Stage.name("c")] == .init(keep: .inUse(1)))
        #expect(decisions["custom"] == .init(keep: .inUse(1)))
        #expect(decisions["custom-tag-meta-custom"] == .init(keep: .werf(.record)))
        #expect(decisions[Stage.name("d")]?.isDeleted == true)
    }

    @Test("Custom tags follow their stages; what only has such a name, or was moved, stays")
    func customTags() throws {
        var stage = Stage()
        try stage.stage("a")
        try stage.stage("b")
        try stage.metadata("a", of: "m1")
        try stage.metadata("b", of: "gone")
        for (tag, letter) in [("kept", "a"), ("gone", "b")] as [(String, Character)] {
            try stage.add(tag, image: Stage.name(letter), labels: ["werf": "project"])
            try stage.add("custom-tag-meta-\(tag)", labels: ["stage-id": Stage.name(letter), "tag": tag])
        }
        try stage.add("moved")
        try stage.add("custom-tag-meta-moved", labels: ["stage-id": Stage.name("b"), "tag": "moved"])
        try stage.add("orphan", labels: ["werf": "project"])
        try stage.add("custom-tag-meta-orphan", labels: ["stage-id": Stage.name("f"), "tag": "orphan"])
        try stage.add("custom-tag-meta-mine")
        let decisions = try decide(stage)
        #expect(decisions["kept"] == .init(keep: .werf(.ofKeptStage)))
        #expect(decisions["custom-tag-meta-kept"] == .init(keep: .werf(.record)))
        #expect(decisions["gone"] == .init(delete: .werf(.unused)))
        #expect(decisions["custom-tag-meta-gone"] == .init(delete: .werf(.recordOfDeleted)))
        #expect(decisions["moved"] == .init(keep: .notWerf))
        #expect(decisions["custom-tag-meta-moved"]?.isDeleted == false)
        #expect(decisions["orphan"]?.isDeleted == true)
        #expect(decisions["custom-tag-meta-mine"] == .init(keep: .notWerf))
    }

    @Test("Images for several platforms stay and go together")
    func platforms() throws {
        var stage = Stage()
        for (letter, commit) in [("a", "m1"), ("b", "gone")] as [(Character, String)] {
            let index = String(repeating: letter, count: 56)
            let child: Character = letter == "a" ? "c" : "d"
            try stage.stage(child)
            try stage.add(index)
            let node = stage.inventory.node(Digest(of: Array(index.utf8)))
            stage.inventory.setKind(isIndex: true, of: node)
            stage.inventory.setContent(
                of: node, children: [stage.inventory.node(Digest(of: Array(Stage.name(child).utf8)))], subject: nil)
            try stage.add("meta-app_\(Stage.commit(commit))_\(index)")
        }
        let decisions = try decide(stage)
        #expect(decisions[String(repeating: "a", count: 56)] == .init(keep: .werf(.git)))
        #expect(decisions[Stage.name("c")] == .init(keep: .werf(.ofKeptStage)))
        #expect(decisions[String(repeating: "b", count: 56)]?.isDeleted == true)
        #expect(decisions[Stage.name("d")]?.isDeleted == true)
    }

    @Test("Records of the project and tags of others stay, whatever goes")
    func others() throws {
        var stage = Stage()
        let others = ["latest", "v1.2.3", String(repeating: "release-", count: 7)]
        let records = ["managed-image-app", "client-id-x-1", "sync-server", "cleanup", "import-metadata-x"]
        for name in others + records { try stage.add(name) }
        try stage.stage("a")
        try stage.metadata("a", of: "gone")
        try stage.add(Stage.name("a") + "-rejected")
        try stage.add("import-metadata-a", labels: ["source-stage-id": Stage.name("a")])
        try stage.kept()
        let decisions = try decide(stage)
        for name in others { #expect(decisions[name] == .init(keep: .notWerf)) }
        for name in records { #expect(decisions[name] == .init(keep: .werf(.record))) }
        #expect(decisions[Stage.name("a") + "-rejected"]?.isDeleted == true)
        #expect(decisions["import-metadata-a"]?.isDeleted == true)
    }

    @Test("A repository whose records of commits are elsewhere is left alone")
    func noRecords() throws {
        var stage = Stage()
        try stage.stage("a")
        let error = #expect(throws: CleanupError.self) { try decide(stage) }
        #expect(error?.hint?.contains("--meta-repo") == true)
    }

    @Test("A checkout that has none of the commits decides nothing")
    func otherHistory() throws {
        var stage = Stage()
        try stage.stage("a")
        try stage.metadata("a", of: "unknown")
        let error = #expect(throws: CleanupError.self) { try decide(stage) }
        #expect(error?.kind == .badConfiguration)
        #expect(error?.text.hasPrefix("none of the commits") == true)
    }

    @Test(
        "A record whose stage came too late for the list stays; one whose stage is gone goes",
        arguments: [("m1", 30, false), ("m5", 0, false), ("gone", 0, false), ("gone", 30, true)])
    func stageNotListed(commit: String, days: Int, isDeleted: Bool) throws {
        var stage = Stage()
        try stage.kept()
        try stage.metadata("b", of: commit, days: days)
        let decisions = try decide(stage)
        #expect(decisions["meta-app_\(Stage.commit(commit))_\(Stage.name("b", days: days))"]?.isDeleted == isDeleted)
    }

    @Test("Of an index that is not listed, a record stays where its commit exists", arguments: ["f1", "gone"])
    func indexNotListed(commit: String) throws {
        var stage = Stage()
        try stage.kept()
        let record = "meta-app_\(Stage.commit(commit))_\(String(repeating: "b", count: 56))"
        try stage.add(record)
        let nothing = WerfPolicy(keep: [])
        #expect(try decide(stage, policy: nothing)[record]?.isDeleted == (commit == "gone"))
    }

    @Test("What is in the list of tags stays, by the stage's name or a custom one")
    func keepList() throws {
        var stage = Stage()
        for letter in "abc" { try stage.stage(letter) }
        try stage.add("custom", image: Stage.name("b"), labels: ["werf": "project"])
        try stage.add("custom-tag-meta-custom", labels: ["stage-id": Stage.name("b"), "tag": "custom"])
        try stage.kept()
        var policy = try WerfPolicy.standard()
        policy.keepList = [Stage.name("a"), "custom", "absent"]
        let decisions = try decide(stage, policy: policy)
        for tag in [Stage.name("a"), Stage.name("b"), "custom"] {
            #expect(decisions[tag] == .init(keep: .werf(.listed)))
        }
        #expect(decisions[Stage.name("c")]?.isDeleted == true)
    }

    @Test("A record of an unknown commit stays as long as its stage is new")
    func youngRecord() throws {
        var stage = Stage()
        try stage.stage("a", days: 0)
        try stage.metadata("a", of: "unknown", days: 0)
        let decisions = try decide(stage)
        #expect(!decisions.values.contains { $0.isDeleted })
    }
}
