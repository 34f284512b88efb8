/// Keyed hashes (RFC 2104): who has the key can tell that nobody else has made them.
public enum HMAC {
    /// The code of `message` under `key`, as long as a hash of `algorithm`.
    public static func code(of message: [UInt8], key: [UInt8], _ algorithm: HashAlgorithm) -> [UInt8] {
        let block = algorithm.blockLength
        var key = key.count > block ? StreamHash.hash(key, algorithm) : key
        key += [UInt8](repeating: 0, count: block - key.count)

        var inner = StreamHash(algorithm)
        inner.update(key.map { $0 ^ 0x36 })
        inner.update(message)
        var outer = StreamHash(algorithm)
        outer.update(key.map { $0 ^ 0x5C })
        outer.update(inner.finish())
        return outer.finish()
    }
}

extension HashAlgorithm {
    /// The bytes that the function takes at once (FIPS 180-4 §1).
    fileprivate var blockLength: Int {
        switch self {
        case .sha256: 64
        case .sha512: 128
        }
    }
}
