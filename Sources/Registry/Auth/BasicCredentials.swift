internal import DockerConfig
internal import HTTP

/// A user name and a password as HTTP's Basic scheme sends them (RFC 7617).
struct BasicCredentials {
    let username: String
    let password: Secret

    /// The header.
    ///
    /// The scheme cannot carry a colon in the user name: the rest would become the password's beginning.
    func header() throws(RegistryError) -> HTTPHeader {
        guard !username.contains(":") else {
            throw RegistryError(.denied, "a user name with a colon in it cannot log in")
        }
        let encoded = password.withValue { Self.base64(Array("\(username):\($0)".utf8)) }
        return HTTPHeader("Authorization", secret: Secret("Basic \(encoded)"))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0..<4 {
                let isPadding = index > group.count
                text.append(isPadding ? UInt8(ascii: "=") : alphabet[bits >> (18 - 6 * index) & 63])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
