internal import Hashing
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@testable internal import Registry

@Suite("A table of tags")
struct TagTableTests {
    private func table(_ tags: [String]) async throws -> TagTable {
        let list = tags.map { "\"\($0)\"" }.joined(separator: ",")
        let client = ScriptedClient([.status(200), .status(200, [:], "{\"tags\":[\(list)]}")])
        let repository = RepositoryClient(
            repository: try Repository("r.example/app"), session: try await client.session())
        return try await TagTable(repository.tags)
    }

    private func facts(_ digest: Digest, size: Int? = nil) -> ManifestFacts {
        ManifestFacts(digest: digest, mediaType: .ociManifest, created: nil, pushed: nil, size: size, platforms: [])
    }

    @Test("gives back what was put in, in the registry's order", arguments: 0..<3)
    func roundTrip(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let letters = Array("abcXYZ019_")
        var tags: [String] = []
        for _ in 0..<3000 {
            let length = Int.random(in: 1...128, using: &random)
            tags.append(String((0..<length).map { _ in letters.randomElement(using: &random) ?? "a" }))
        }
        var expected: [ManifestFacts?] = []
        var table = try await table(tags)
        for index in tags.indices {
            guard Int.random(in: 0..<5, using: &random) > 0 else {
                expected.append(nil)
                continue
            }
            let facts = ManifestFacts(
                digest: Digest(of: [UInt8(index & 255), UInt8(index >> 8)], index % 7 == 0 ? .sha512 : .sha256),
                mediaType: [.ociIndex, .dockerManifest, .other("a/b")].randomElement(using: &random) ?? .ociIndex,
                created: index % 5 == 0 ? nil : Timestamp(secondsSince1970: index - 1000, nanoseconds: index),
                pushed: index % 3 == 0 ? Timestamp(secondsSince1970: 2 * index) : nil,
                size: Bool.random(using: &random) ? Int.random(in: 0 ... .max, using: &random) : nil,
                platforms: (0..<index % 4).map { Platform(os: "linux", architecture: "a\($0)") })
            table.set(facts, at: index)
            expected.append(facts)
        }
        #expect(table.map(\.tag.text) == tags)
        #expect(table.map(\.facts) == expected)
    }

    @Test("finds what is known of a manifest by any of its tags")
    func byDigest() async throws {
        var table = try await table(["a", "b", "c"])
        let known = Digest(of: [1])
        table.set(facts(known, size: 7), at: 1)
        #expect(table.facts(of: known)?.size == 7)
        #expect(table.facts(of: Digest(of: [2])) == nil)
    }

    @Test("tells manifests apart whose digests begin alike")
    func collision() async throws {
        let start = "sha256:0123456789abcdef"
        let one = try #require(Digest(start + String(repeating: "0", count: 48)))
        let other = try #require(Digest(start + String(repeating: "1", count: 48)))
        var table = try await table(["a", "b"])
        table.set(facts(one, size: 1), at: 0)
        #expect(table.facts(of: other) == nil)
        table.set(facts(other, size: 2), at: 1)
        #expect(table.facts(of: other)?.size == 2)
        // Not to be found is allowed, to be another is not.
        #expect([nil, 1].contains(table.facts(of: one)?.size))
        #expect(table.map { $0.facts?.digest } == [one, other])
    }

    @Test("of no tags is empty")
    func empty() async throws {
        #expect(try await table([]).isEmpty)
        #expect(TagTable().facts(of: Digest(of: [])) == nil)
    }
}
