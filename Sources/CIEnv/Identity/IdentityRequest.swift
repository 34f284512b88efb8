public import JSON

/// A short-lived credential that somebody asked for: a registry, and what is needed to get one there in exchange for
/// the job's OIDC token.
///
/// No value is a secret: tokens are named by a variable or a file.
public struct IdentityRequest: Equatable, Sendable {
    /// What can be said of an exchange.
    public enum Key: String, CaseIterable, Sendable {
        /// Whom the OIDC token is to be for, where it is not what the vendor has by default.
        case audience
        /// The file that holds the OIDC token.
        case tokenFile = "token-file"
        /// The variable that holds the OIDC token.
        case tokenVariable = "token-var"
        /// AWS: the role, `arn:aws:iam::123456789012:role/name`.
        case role
        /// AWS: the region, where the registry's name does not tell it.
        case region
        /// Azure: the directory, by its number or a domain.
        case tenant
        /// Azure: the application's number.
        case client
        /// Google: the provider, `projects/N/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.
        case provider
        /// Google: the service account to act as, by its e-mail address.
        case serviceAccount = "service-account"
        /// Docker Hub: the OIDC connection's number.
        case connection
        /// Quay: the robot, `namespace+robot`.
        case robot
        /// JFrog: the OIDC integration's name.
        case providerName = "provider-name"
        /// The address of a service that exchanges tokens by RFC 8693.
        case tokenURL = "token-url"
        /// What the exchanged token is to be good for (RFC 8693 `scope`), or another scope than the vendor's own.
        case scope
        /// The user name to log in with, where the exchange does not tell it.
        case user
    }

    /// The registry, `host[:port]`.
    public let registry: String
    /// Where it was asked for, such as `--oidc`, for people.
    public let source: String
    /// The CI system whose token is meant, by its name; `nil` for that of the job itself.
    ///
    /// A job in a job may be seen as one of another system, and asks for what the outer one asked for all the same.
    public var system: String?
    private let values: [Key: String]

    /// A request for `registry`.
    public init(registry: String, _ values: [Key: String] = [:], from source: String) {
        self.registry = registry
        self.values = values
        self.source = source
    }

    /// What was said of `key`.
    public subscript(key: Key) -> String? { values[key] }

    /// Whether nothing is said but the registry.
    public var hasNoKeys: Bool { values.isEmpty }

    /// Whether it names the variable or the file that holds the OIDC token.
    public var namesToken: Bool { self[.tokenVariable] != nil || self[.tokenFile] != nil }
}

extension IdentityRequest {
    /// The request as it stands in the job's directory.
    public var json: JSONValue {
        var object = JSONObject()
        object["registry"] = .string(registry)
        object["source"] = .string(source)
        object["system"] = system.map(JSONValue.string)
        for key in Key.allCases { object[key.rawValue] = values[key].map(JSONValue.string) }
        return .object(object)
    }

    /// Reads what ``json`` wrote; `nil` where it is something else.
    public init?(_ value: JSONValue) {
        guard let object = value.object, let registry = object["registry"]?.string,
            let source = object["source"]?.string
        else { return nil }
        var values: [Key: String] = [:]
        for key in Key.allCases { values[key] = object[key.rawValue]?.string }
        self.init(registry: registry, values, from: source)
        system = object["system"]?.string
    }
}
