internal import DockerConfig

/// A profile of the AWS tools' shared files.
struct AWSProfile: Sendable {
    /// The profile's name.
    let name: String
    fileprivate let values: [String: Secret]

    /// The value named `key`, where it is there and not empty.
    func secret(_ key: String) -> Secret? { values[key].flatMap { $0.isEmpty ? nil : $0 } }

    /// The value named `key`, which is none, where it is there and not empty.
    func text(_ key: String) -> String? { secret(key)?.withValue { $0 } }
}

/// The profiles of the AWS tools' shared files, `config` and `credentials`.
struct AWSProfiles: Sendable {
    /// The name of the profile that is meant where no other is named.
    let currentName: String
    /// Whether the user has named a profile, which must then be there.
    let isNamed: Bool
    /// The files that were looked for, for people.
    let paths: [String]

    private let config: INIFile?
    private let credentials: INIFile?

    /// Reads the files that `context` names, or those in `~/.aws`.
    ///
    /// - Throws: `RegistryError` where one is there and cannot be read.
    init(_ context: CloudContext) throws(RegistryError) {
        let named = Self.name(in: context)
        currentName = named ?? "default"
        isNamed = named != nil
        let configPath = Self.path("AWS_CONFIG_FILE", or: "config", context)
        let credentialsPath = Self.path("AWS_SHARED_CREDENTIALS_FILE", or: "credentials", context)
        config = try Self.read(configPath, context)
        credentials = try Self.read(credentialsPath, context)
        paths = [credentialsPath, configPath].compactMap(\.self)
    }

    /// Whether the user has named a profile.
    static func isNamed(in context: CloudContext) -> Bool { name(in: context) != nil }

    private static func name(in context: CloudContext) -> String? {
        context.variable("AWS_PROFILE") ?? context.variable("AWS_DEFAULT_PROFILE")
    }

    /// The profile named `name`: what the file for credentials says comes before what the other says.
    func profile(_ name: String) -> AWSProfile? {
        let inConfig = config?.section("profile \(name)") ?? (name == "default" ? config?.section(name) : nil)
        let inCredentials = credentials?.section(name)
        guard inConfig != nil || inCredentials != nil else { return nil }
        return AWSProfile(name: name, values: (inConfig ?? [:]).merging(inCredentials ?? [:]) { $1 })
    }

    /// The region of the profile that is meant.
    var region: String? { profile(currentName)?.text("region") }

    private static func path(_ variable: String, or name: String, _ context: CloudContext) -> String? {
        let home = context.variable("HOME")
        guard let path = context.variable(variable) else { return home.map { "\($0)/.aws/\(name)" } }
        guard path.hasPrefix("~/"), let home else { return path }
        return home + path.dropFirst(1)
    }

    private static func read(_ path: String?, _ context: CloudContext) throws(RegistryError) -> INIFile? {
        guard let path, let bytes = try context.readFile(path) else { return nil }
        guard bytes.count <= INIFile.sizeLimit else {
            throw RegistryError(.denied, "\(path) is too long for a file with AWS profiles")
        }
        return INIFile(bytes)
    }
}

extension CloudContext {
    /// The region that the user's variables or profile name, where no host does.
    ///
    /// - Throws: `RegistryError` where the profiles cannot be read.
    func awsRegion() throws(RegistryError) -> String? {
        if let region = variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION") { return region }
        return try AWSProfiles(self).region
    }
}
