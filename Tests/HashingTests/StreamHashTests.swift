internal import Hashing
internal import TestSupport
internal import Testing

@Suite("A hash")
struct StreamHashTests {
    /// FIPS 180-4's examples, by the National Institute of Standards and Technology.
    static let vectors: [(text: String, algorithm: HashAlgorithm, hash: String)] = [
        ("", .sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", .sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", .sha256,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000), .sha256,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
        (
            "", .sha512,
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
        ),
        (
            "abc", .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ]

    @Test("is the published one", arguments: vectors)
    func published(text: String, algorithm: HashAlgorithm, hash: String) {
        #expect(hex(StreamHash.hash(Array(text.utf8), algorithm)) == hash)
    }

    @Test("does not depend on how the bytes are cut into parts", arguments: HashAlgorithm.allCases)
    func parts(algorithm: HashAlgorithm) {
        var generator = SeededGenerator(seed: 256)
        for _ in 0..<100 {
            let bytes = (0..<Int.random(in: 0...1000, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            var hash = StreamHash(algorithm)
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...min(rest.count, 200), using: &generator)
                hash.update(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            #expect(hash.finish() == StreamHash.hash(bytes, algorithm))
        }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
