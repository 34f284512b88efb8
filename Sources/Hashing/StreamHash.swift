internal import COpenSSL

/// The hash functions that registries use.
public enum HashAlgorithm: CaseIterable, Sendable {
    /// SHA-256, by which nearly everything is named.
    case sha256
    /// SHA-512, the only other one that the OCI image specification registers.
    case sha512

    /// The bytes of a hash.
    public var length: Int {
        switch self {
        case .sha256: 32
        case .sha512: 64
        }
    }
}

/// A hash of bytes that come one part after the other.
///
/// Sendable although the compiler cannot see it: OpenSSL's context belongs to no thread, and there is one owner.
@safe public struct StreamHash: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer
    private let length: Int

    /// A hash of no bytes yet.
    public init(_ algorithm: HashAlgorithm) {
        let implementation =
            switch algorithm {
            case .sha256: HashImplementation.sha256
            case .sha512: HashImplementation.sha512
            }
        // To go on without a hash would be to trust what was not verified.
        guard let context = unsafe EVP_MD_CTX_new(), let function = unsafe implementation.function,
            unsafe EVP_DigestInit_ex2(context, function, nil) == 1
        else { preconditionFailure("OpenSSL has no \(algorithm) or no memory") }
        unsafe self.context = context
        length = algorithm.length
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// The hash of `bytes`.
    public static func hash(_ bytes: [UInt8], _ algorithm: HashAlgorithm) -> [UInt8] {
        var hash = StreamHash(algorithm)
        hash.update(bytes)
        return hash.finish()
    }

    /// Takes the next bytes.
    public mutating func update(_ bytes: [UInt8]) {
        unsafe update(bytes.span.bytes)
    }

    /// Takes the next bytes.
    public mutating func update(_ bytes: ArraySlice<UInt8>) {
        unsafe update(bytes.span.bytes)
    }

    /// Takes the next bytes.
    public mutating func update(_ bytes: RawSpan) {
        let isDone = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) == 1 }
        precondition(isDone, "OpenSSL cannot hash")
    }

    /// The hash of all bytes that were taken.
    public consuming func finish() -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: length)
        let isDone = unsafe EVP_DigestFinal_ex(context, &hash, nil) == 1
        precondition(isDone, "OpenSSL cannot hash")
        return hash
    }
}

/// A hash function of OpenSSL, fetched once: to look it up takes longer than to hash a manifest.
///
/// Sendable although the compiler cannot see it: OpenSSL never changes what was fetched, and it is never given back.
@safe private struct HashImplementation: @unchecked Sendable {
    let function: OpaquePointer?

    static let sha256 = HashImplementation(name: "SHA256")
    static let sha512 = HashImplementation(name: "SHA512")

    private init(name: String) {
        unsafe function = cossl_begin() == 1 ? EVP_MD_fetch(nil, name, nil) : nil
    }
}
