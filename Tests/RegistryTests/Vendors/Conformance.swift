@testable import Registry
@testable import RegistryTestSupport
import Testing

/// The cases of the suite that every vendor passes.
struct Conformance {
    let stage: VendorStage
    let ways: VendorWays

    /// Lists many tags, with where they lead and when they came.
    func listing() async throws {
        var expected: [String: (digest: Digest, time: Int)] = [:]
        for number in 0..<1250 {
            let tags = ["a-\(number)", "b-\(number)"]
            let digest = stage.image(number, tags, minute: number)
            let pushed = VendorWays.start + number * 60
            for tag in tags { expected[tag] = (digest, ways.time == .tagged ? pushed + 60 : pushed) }
        }
        let table = try await stage.open().tags(.all) { _, _ in }
        #expect(table.count == 2500)
        var wrong: [String] = []
        for tag in table {
            let wanted = expected.removeValue(forKey: tag.tag.text)
            let time =
                ways.time == .created
                ? Timestamp("2024-01-02T03:04:05Z") : wanted.map { Timestamp(secondsSince1970: $0.time) }
            let told = ways.time == .created ? tag.facts?.created : tag.facts?.pushed
            if tag.facts?.digest != wanted?.digest || told != time {
                wrong.append("\(tag.tag) \(told.debugDescription)")
            }
        }
        #expect(wrong.prefix(3) == [])
        #expect(expected.keys.sorted().prefix(3) == [])
        #expect(stage.lines.count == ways.listing)
        #expect(stage.changes.filter { $0.hasPrefix("DELETE") || $0.hasPrefix("PUT") } == [])
    }

    /// Deletes one of two tags of an image.
    func sibling() async throws {
        let image = stage.image(1, ["a", "b"]), other = stage.image(2, ["c"])
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error) == [])
        #expect(report.deleted == [.init(.tag(try Tag("a")), digest: image)])
        #expect(stage.tags == ["b": image, "c": other])
        #expect(stage.has(image))
    }

    /// Deletes manifests by digest: with all of their tags, and never one whose other tags were not named.
    func manifest() async throws {
        let image = stage.image(1, ["a"]), kept = stage.image(2, ["b", "c"])
        let report = try await stage.delete([image.text, "a", kept.text, "b"])
        #expect(report.failed.map(\.reference) == [.digest(kept)])
        #expect(report.failed.map(\.error.kind) == [.held])
        #expect(
            Set(report.deleted.map(\.reference)) == [.digest(image), .tag(try Tag("a")), .tag(try Tag("b"))])
        #expect(stage.tags == ["c": kept])
        #expect(!stage.has(image))
        #expect(stage.has(kept))
    }

    /// Says of what is not there that it is not.
    func missing() async throws {
        let image = stage.image(1, ["a"])
        let report = try await stage.delete(["none"])
        #expect(report.deleted == [])
        #expect(report.failed.map(\.error.kind) == [.notFound])
        #expect(stage.tags == ["a": image])
    }

    /// Says what is missing where it may not delete, and deletes nothing.
    func denied() async throws {
        let image = stage.image(1, ["a", "b"])
        stage.with { $0.isDenied = true }
        let report = try await stage.delete(["a"])
        #expect(report.deleted == [])
        #expect(report.failed.map(\.error.kind) == [.denied])
        #expect(report.failed.first?.error.hint != nil)
        #expect(stage.tags == ["a": image, "b": image])
    }

    /// Leaves alone what the vendor protects, and says so.
    func protected() async throws {
        let image = stage.image(1, ["a"]), other = stage.image(2, ["b"])
        stage.with { $0.immutable = ["a"] }
        let report = try await stage.delete(["a", "b"])
        #expect(report.failed.map(\.reference) == [.tag(try Tag("a"))])
        #expect(report.failed.map(\.error.kind) == [.protected])
        #expect(report.deleted == [.init(.tag(try Tag("b")), digest: other)])
        #expect(stage.tags == ["a": image])
    }

    /// Waits as long as the vendor asks it to, and does it then.
    func limit() async throws {
        stage.image(1, ["a"])
        let kept = keepOne()
        let limit = ways.limit
        stage.limit(FakeRegistry.Reply(limit.status, limit.headers, Array(limit.body.utf8)))
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error) == [])
        #expect(report.deleted.count == 1)
        #expect(stage.tags == kept)
        let slept = stage.clock.slept.reduce(.zero, +)
        #expect(slept > .zero && slept >= .seconds(limit.seconds))
    }

    /// Deletes the others where one cannot be deleted, and says which.
    func partly() async throws {
        for (number, tag) in ["a", "b", "c"].enumerated() { stage.image(number, [tag]) }
        stage.with { $0.failing = ["b"] }
        let report = try await stage.delete(["a", "b", "c"])
        #expect(Set(report.deleted.map(\.reference)) == [.tag(try Tag("a")), .tag(try Tag("c"))])
        #expect(report.failed.map(\.reference) == [.tag(try Tag("b"))])
        #expect(Set(stage.tags.keys) == ["b"])
    }

    /// What is there besides where the vendor would keep the last tag.
    private func keepOne() -> [String: Digest] { ways.keepsLastTag ? ["last": stage.image(5000, ["last"])] : [:] }

    /// Leaves alone a tag that leads elsewhere than it did when its deletion was decided on.
    func moved() async throws {
        let old = stage.image(1, ["a"]), new = stage.image(2, ["b"])
        stage.with { $0.content.tags["a"] = new }
        let targets = [
            DeletionTarget(.tag(try Tag("a")), expected: old), DeletionTarget(.tag(try Tag("b")), expected: new),
        ]
        let report = try await stage.open().delete(targets, force: false) { _, _ in }
        #expect(report.failed.map(\.reference) == [.tag(try Tag("a"))])
        #expect(report.failed.map(\.error.kind) == [.held])
        #expect(report.deleted == [.init(.tag(try Tag("b")), digest: new)])
        #expect(stage.tags == ["a": new])
    }

    /// Deletes many tags with no more requests than the vendor's ways ask for.
    func requests() async throws {
        let names = (0..<1000).map { "t-\($0)" }
        for (number, name) in names.enumerated() { stage.image(number, [name]) }
        let kept = keepOne()
        let report = try await stage.delete(names)
        #expect(report.failed.map(\.error) == [])
        #expect(report.deleted.count == 1000)
        #expect(stage.tags == kept)
        #expect(stage.lines.count == ways.deletion)
    }

    /// Finds out what it may do, and changes nothing.
    func rights() async throws {
        let image = stage.image(1, ["a"])
        let rights = try await stage.open().rights()
        #expect(rights.delete == (ways.tellsDeletion ? true : nil))
        #expect(rights.list == true)
        stage.with { $0.isDenied = true }
        let denied = try await stage.open().rights()
        #expect(denied.delete == false)
        #expect(!denied.missing.isEmpty)
        #expect(stage.tags == ["a": image])
    }
}
