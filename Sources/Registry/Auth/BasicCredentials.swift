package import DockerConfig
package import HTTP

/// A user name and a password as HTTP's Basic scheme sends them (RFC 7617).
package struct BasicCredentials: Sendable {
    let username: String
    let password: Secret

    /// A user and a password.
    package init(username: String, password: Secret) {
        self.username = username
        self.password = password
    }

    /// The header.
    ///
    /// The scheme cannot carry a colon in the user name: the rest would become the password's beginning.
    package func header() throws(RegistryError) -> HTTPHeader {
        guard !username.contains(":") else {
            throw RegistryError(.denied, "a user name with a colon in it cannot log in")
        }
        let encoded = password.withValue { Base64.encode(Array("\(username):\($0)".utf8)) }
        return HTTPHeader("Authorization", secret: Secret("Basic \(encoded)"))
    }
}

extension HTTPHeader {
    /// What shows a token (RFC 6750).
    package static func bearer(_ token: Secret) -> HTTPHeader {
        HTTPHeader("Authorization", secret: token.withValue { Secret("Bearer \($0)") })
    }
}
