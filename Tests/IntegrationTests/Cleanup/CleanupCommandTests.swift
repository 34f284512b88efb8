internal import TestSupport
internal import Testing

/// What `berth cleanup` makes of its command line, its policy and its plans.
@Suite("The cleanup command", .timeLimit(.minutes(5)))
struct CleanupCommandTests {
    /// A registry with `app`: eight images of merge requests, four of main, a version; each as many days old, or all of
    /// one time, so that their digests are always the same.
    private static func site(time: String? = nil) async throws -> Site {
        let site = try await Site()
        let images = (1...8).map { ("mr-\($0)", $0) } + (1...4).map { ("main-\($0)", $0) } + [("v1.0.0", 400)]
        var contents: [ManifestContent] = []
        for (name, days) in images {
            let created = if let time { time } else { try await Self.time(daysAgo: days) }
            contents.append(.image(created: created, labels: ["name": name], tags: [name]))
        }
        try await site.registry.store(contents, as: "app")
        return site
    }

    /// RFC 3339, `days` ago.
    private static func time(daysAgo days: Int) async throws -> String {
        let date = try await Command("date", ["-u", "-d", "\(days) days ago", "+%FT%TZ"]).succeed()
        return String(date.text.prefix { $0 != "\n" })
    }

    private static func tags(_ site: borrowing Site) async throws -> [String] {
        try await site.berth(["tags", "\(site.address)/app"]).succeed().text.split(separator: "\n").map(String.init)
            .sorted()
    }

    /// A command line that makes no sense, and what berth says of it.
    struct Mistake: CustomTestStringConvertible, Sendable {
        let words: String
        let code: Int32
        let says: String
        var testDescription: String { words }
    }

    static let mistakes = [
        Mistake(words: "cleanup REPO", code: 64, says: "nothing is selected"),
        Mistake(words: "cleanup --delete x", code: 64, says: "no repository is named"),
        Mistake(words: "cleanup REPO:tag --delete x", code: 64, says: "names one image"),
        Mistake(words: "cleanup REPO --older-than soon", code: 64, says: "--older-than"),
        Mistake(words: "cleanup REPO --delete x --max-delete lots", code: 64, says: "--max-delete"),
        Mistake(words: "cleanup REPO --delete x --shard 3/2", code: 64, says: "3/2 is no part of a whole"),
        Mistake(words: "cleanup REPO --policy none.yml", code: 78, says: "none.yml"),
        Mistake(words: "cleanup REPO --delete x --in-use none.txt", code: 78, says: "none.txt"),
        Mistake(words: "cleanup REPO --delete x --keep-git {branch}", code: 78, says: "git"),
        Mistake(words: "cleanup --explain REPO", code: 64, says: "names no tag"),
        Mistake(words: "cleanup --explain REPO:none --delete x", code: 1, says: "does not exist"),
        Mistake(words: "cleanup REPO --plan plan.json", code: 64, says: "--plan"),
        Mistake(words: "cleanup --plan none.json --apply", code: 78, says: "none.json"),
        Mistake(words: "cleanup REPO --delete x --time pushed --older-than 1d", code: 78, says: "time: created"),
    ]

    @Test("says what is wrong, and deletes nothing", arguments: mistakes)
    func mistake(_ test: Mistake) async throws {
        let site = try await Self.site()
        let words = test.words.split(separator: " ").map { String($0).replacing("REPO", with: "\(site.address)/app") }
        var command = site.berth(words)
        command.directory = site.machine.home
        let outcome = try await command.run()
        #expect(outcome.status == test.code, "\(outcome.errorText)")
        #expect(outcome.errorText.contains(test.says), "\(outcome.errorText)")
        #expect(outcome.output.isEmpty)
        #expect(try await site.registry.exchanges().allSatisfy { ["GET", "HEAD"].contains($0.method) })
    }

    @Test("shows what goes and why, and what stays by reasons")
    func table() async throws {
        let site = try await Self.site()
        let outcome = try await site.berth(
            ["cleanup", "\(site.address)/app", "--delete", "mr-*", "--older-than", "5d", "--keep", "mr-8"]
        ).succeed()
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("mr-7") && $0.contains("older than 5d") && $0.contains("delete[0]") })
        #expect(!lines.contains { $0.hasPrefix("mr-8") || $0.hasPrefix("v1.0.0") })
        #expect(outcome.text.contains("This was a dry run"))
        #expect(try await Self.tags(site).count == 13)
    }

    @Test("prints the document that the contract promises")
    func json() async throws {
        let site = try await Self.site()
        let outcome = try await site.berth(
            ["cleanup", "\(site.address)/app", "--delete", "mr-8", "--json"]
        ).succeed()
        let shape =
            "[(.repository | endswith(\"/app\")), .implementation, .dryRun, (.tags | length), (.failed | length), "
            + "(.manifests[] | select(.action == \"delete\") | [.action, .rule, (.reason | type)]), (.summary | [.kept, .deleted, .failed]), "
            + "(.tags[] | select(.name == \"mr-8\") | [.action, .rule, (.digest | startswith(\"sha256:\"))])]"
        let expected = #"[true,"default",true,13,0,["delete",null,"string"],[12,1,0],["delete","delete[0]",true]]"#
        let found = try await jq(shape, outcome.output)
        #expect(found == expected)
    }

    @Test("stops where more would go than may go at once, and deletes nothing")
    func limit() async throws {
        let site = try await Self.site()
        let words = ["cleanup", "\(site.address)/app", "--delete", "m*", "--apply"]
        let outcome = try await site.berth(words).run()
        #expect(outcome.status == 1)
        #expect(outcome.errorText.contains("12 of 13 tags would go, and no more than 50% may go at once"))
        #expect(try await Self.tags(site).count == 13)
        try await site.berth(words + ["--max-delete", "12"]).succeed()
        #expect(try await Self.tags(site) == ["v1.0.0"])
    }

    @Test("reads the policy in berth.yml, and the repositories that it names")
    func policy() async throws {
        let site = try await Self.site()
        let policy = """
            version: 1
            repositories:
              - match: \(site.address)/app
                delete:
                  - {tags: "mr-*", older-than: 3d}
                keep:
                  - {tags: "mr-*", last: 2}
                  - {in-use: [deployed.txt]}
            """
        try Files.write(policy, to: "\(site.machine.home)/berth.yml")
        try Files.write("image: \(site.address)/app:mr-7\n", to: "\(site.machine.home)/deployed.txt")
        var command = site.berth(["cleanup", "--apply"])
        command.directory = site.machine.home
        try await command.succeed()
        #expect(
            try await Self.tags(site) == ["main-1", "main-2", "main-3", "main-4", "mr-1", "mr-2", "mr-7", "v1.0.0"])
        // A mistake in it has its place.
        try Files.write(policy.replacing("older-than", with: "older-then"), to: "\(site.machine.home)/berth.yml")
        let outcome = try await command.run()
        #expect(outcome.status == 65)
        #expect(outcome.errorText.contains("berth.yml:5:24: "), "\(outcome.errorText)")
    }

    @Test("does what a saved plan says, and exactly that")
    func savedPlan() async throws {
        let site = try await Self.site()
        let path = site.machine.path("plan.json")
        try await site.berth(
            ["cleanup", "\(site.address)/app", "--delete", "mr-*", "--older-than", "5d", "--plan-out", path]
        ).succeed()
        // Somebody gives one of the tags to another image meanwhile, and pushes one more that is old.
        let copies = [("main-1", "mr-7"), ("mr-6", "mr-9")]
        for (source, target) in copies {
            try await site.berth(
                ["copy", "\(site.address)/app:\(source)", "\(site.address)/app:\(target)"]
            ).succeed()
        }
        let outcome = try await site.berth(["cleanup", "--plan", path, "--apply"]).run()
        let left = try await Self.tags(site)
        // The moved one stays; so does the image of mr-6, to which another tag leads now.
        #expect(
            left == [
                "main-1", "main-2", "main-3", "main-4", "mr-1", "mr-2", "mr-3", "mr-4", "mr-7", "mr-9",
                "v1.0.0",
            ])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.text.contains("LEFT ALONE"))
        let pulled = try await skopeo(["inspect", "docker://\(site.address)/app:mr-9"])
        #expect(pulled.status == 0, "\(pulled.errorText)")
        // And again: it is all done.
        try await site.berth(["cleanup", "--plan", path, "--apply"]).succeed()
    }

    @Test("says why a tag stays or goes")
    func explain() async throws {
        let site = try await Self.site()
        let outcome = try await site.berth(
            ["cleanup", "--explain", "\(site.address)/app:mr-3", "--delete", "mr-*", "--older-than", "5d"]
        ).succeed()
        #expect(outcome.text.contains("delete[0]"))
        #expect(outcome.text.contains("stays"), "\(outcome.text)")
    }

    @Test("writes a page, and a summary of the job")
    func report() async throws {
        let site = try await Self.site()
        let page = site.machine.path("report.html"), summary = site.machine.path("summary.md")
        try Files.write("# Before\n", to: summary)
        try await site.berth(
            ["cleanup", "\(site.address)/app", "--delete", "mr-*", "--older-than", "5d", "--report", page],
            ["GITHUB_STEP_SUMMARY": summary]
        ).succeed()
        #expect(try Files.text(page).hasPrefix("<!DOCTYPE html>"))
        #expect(try Files.text(page).contains("mr-7"))
        #expect(try Files.text(summary).hasPrefix("# Before\n"))
        #expect(try Files.text(summary).contains("mr-7"))
    }

    /// How CI systems say which part of a parallel job this is.
    static let shards: [[String: String]] = [
        ["BERTH_SHARD": "NUMBER/2"], ["CI_NODE_INDEX": "NUMBER", "CI_NODE_TOTAL": "2"],
        ["JOB_COMPLETION_INDEX": "INDEX", "BERTH_SHARD_TOTAL": "2"],
    ]

    @Test("is shared by parallel jobs, each of which deletes its part", arguments: shards)
    func shard(variables: [String: String]) async throws {
        let site = try await Self.site(time: "2026-01-02T03:04:05Z")
        var counts: [Int] = []
        for number in 1...2 {
            let variables = variables.mapValues {
                $0.replacing("NUMBER", with: "\(number)").replacing("INDEX", with: "\(number - 1)")
            }
            try await site.berth(
                ["cleanup", "\(site.address)/app", "--delete", "m*", "--max-delete", "100%", "--apply"], variables
            ).succeed()
            counts.append(try await Self.tags(site).count)
        }
        #expect(counts.last == 1)
        #expect(try #require(counts.first) > 1 && counts[0] < 13)
    }

    @Test("keeps the images of branches that exist, by the checkout that it runs in")
    func git() async throws {
        let site = try await Self.site()
        let origin = site.machine.path("origin"), checkout = site.machine.path("checkout")
        let script = """
            set -e
            git init -q -b main '\(origin)' && cd '\(origin)'
            git -c user.name=x -c user.email=x@example.com commit -q --allow-empty -m one
            git branch mr-8
            git clone -q "file://$PWD" '\(checkout)'
            """
        try await Command.shell(script, environment: site.machine.environment).succeed()
        var command = site.berth(
            [
                "cleanup", "\(site.address)/app", "--delete", "mr-*", "--keep-git", "{branch}", "--max-delete", "100%",
                "--apply",
            ])
        command.directory = checkout
        try await command.succeed()
        #expect(try await Self.tags(site) == ["main-1", "main-2", "main-3", "main-4", "mr-8", "v1.0.0"])
        // A shallow clone does not know what there is.
        try await Command.shell(
            "git clone -q --depth 1 'file://\(origin)' '\(checkout)-2'", environment: site.machine.environment
        ).succeed()
        command.directory = "\(checkout)-2"
        let outcome = try await command.run()
        #expect(outcome.status == 78)
        #expect(outcome.errorText.contains("shallow"), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("hint: "))
    }
}
