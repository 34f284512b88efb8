internal import COpenSSL

/// A signature with an RSA key: PKCS #1 v1.5 over SHA-256, which JSON Web Tokens call RS256 (RFC 7518 §3.3).
public enum RSASignature {
    /// Why there is no signature, in words that hold nothing of the key.
    public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// The words, to stand behind "the key".
        public let description: String
    }

    /// A key of RFC 7518 §3.3 has at least 2048 bits; OpenSSL takes seconds for one that is absurdly long.
    private static let bits = 2048...8192
    /// Several times the text of the longest key.
    private static let lengthLimit = 1 << 16

    /// Signs `message`.
    ///
    /// - Parameters:
    ///   - message: What is signed.
    ///   - privateKey: The key as PEM text, PKCS #8 or PKCS #1, without a password.
    /// - Returns: The signature, as long as the key's modulus.
    /// - Throws: `Failure` where the text is no such key.
    public static func sign(_ message: [UInt8], privateKey: [UInt8]) throws(Failure) -> [UInt8] {
        guard privateKey.count <= lengthLimit else { throw Failure(description: "is too long") }
        guard cossl_begin() == 1 else { throw Failure(description: "cannot be used, as OpenSSL does not start") }
        // What goes wrong here would otherwise be found by libcurl, which looks into the same list of this thread.
        defer { ERR_clear_error() }
        guard let key = unsafe load(privateKey) else {
            throw Failure(description: "is no PEM private key without a password")
        }
        defer { unsafe EVP_PKEY_free(key) }
        guard unsafe EVP_PKEY_is_a(key, "RSA") == 1 else { throw Failure(description: "is no RSA key") }
        guard bits.contains(unsafe Int(EVP_PKEY_get_bits(key))) else {
            throw Failure(description: "does not have 2048 to 8192 bits")
        }
        guard let signature = unsafe sign(message, key) else { throw Failure(description: "cannot be signed with") }
        return signature
    }

    private static func load(_ text: [UInt8]) -> OpaquePointer? {
        unsafe text.withUnsafeBytes { bytes -> OpaquePointer? in
            // OpenSSL reads the text where it is; the length fits, as it is limited.
            guard let source = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
            defer { unsafe BIO_free(source) }
            // Without a function for the password, OpenSSL would ask for it on the terminal.
            return unsafe PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
        }
    }

    private static func sign(_ message: [UInt8], _ key: OpaquePointer) -> [UInt8]? {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        var length = 0
        guard unsafe EVP_DigestSignInit_ex(context, nil, "SHA256", nil, nil, key, nil) == 1,
            unsafe EVP_DigestSign(context, nil, &length, message, message.count) == 1, length > 0
        else { return nil }
        var signature = [UInt8](repeating: 0, count: length)
        guard unsafe EVP_DigestSign(context, &signature, &length, message, message.count) == 1,
            length <= signature.count
        else { return nil }
        return Array(signature.prefix(length))
    }
}
