internal import Hashing
internal import Registry
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@Suite("A digest")
struct DigestTests {
    private static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    private static let empty512 =
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
        + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"

    @Test("is the hash of the bytes, and read and written the same")
    func hash() throws {
        let digest = Digest(of: [])
        #expect(digest.text == "sha256:\(Self.empty)")
        #expect(Digest(digest.text) == digest)
        #expect(digest.short == "e3b0c44298fc")
        #expect(digest.tagForm == "sha256-\(Self.empty)")
        #expect(digest.algorithm == .sha256)
    }

    @Test("may be a SHA-512, of which a tag holds the first half")
    func long() throws {
        let digest = Digest(of: [], .sha512)
        #expect(digest.text == "sha512:\(Self.empty512)")
        #expect(Digest(digest.text) == digest)
        #expect(digest.tagForm == "sha512-\(Self.empty512.prefix(64))")
        #expect(try Tag(digest.tagForm).text == digest.tagForm)
        #expect(digest.algorithm == .sha512)
    }

    @Test(
        "is refused where it is none",
        arguments: [
            "", ":", "sha256", "sha256:", empty, "sha256:\(empty)0", "sha256:\(empty.dropLast())",
            "sha256:\(empty.uppercased())", "SHA256:\(empty)", "sha256-\(empty)", " sha256:\(empty)",
            "sha256: \(empty)",
            "sha256:\(empty.dropLast())g", "sha256:\(empty.dropLast()):", "sha256:\(empty.dropLast())/",
            "sha256:\(empty.dropLast())`", "sha256:\(empty.dropLast(2))é", "sha512:\(empty)", "sha256:\(empty512)",
            "sha384:\(empty)", "md5:d41d8cd98f00b204e9800998ecf8427e", "sha256:\(empty)\n", "sha512:\(empty512)0",
        ])
    func refused(text: String) {
        #expect(Digest(text) == nil)
    }

    @Test("of a hash is made of the right number of bytes only", arguments: HashAlgorithm.allCases)
    func bytes(algorithm: HashAlgorithm) {
        let hash = StreamHash.hash(Array("abc".utf8), algorithm)
        #expect(Digest(algorithm: algorithm, bytes: hash) == Digest(of: Array("abc".utf8), algorithm))
        #expect(Digest(algorithm: algorithm, bytes: hash.dropLast()) == nil)
        #expect(Digest(algorithm: algorithm, bytes: hash + [0]) == nil)
    }

    @Test("comes in the order of its text")
    func order() {
        var digests = (0..<100).map { Digest(of: [UInt8($0)], $0 < 50 ? .sha256 : .sha512) }
        var generator = SeededGenerator(seed: 4)
        digests.shuffle(using: &generator)
        #expect(digests.sorted().map(\.text) == digests.map(\.text).sorted())
    }
}
