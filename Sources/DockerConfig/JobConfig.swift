public import JSON

/// The docker config of a job: what its machine has and the job may see, and the job's own logins.
public struct JobConfig: Equatable, Sendable {
    /// What a job's config is made of.
    public struct Inputs: Sendable {
        /// The config to inherit from.
        public var file: DockerConfigFile
        /// What `DOCKER_AUTH_CONFIG` holds: its entries win over the file's, as they do in docker since 28.3.
        public var variable: DockerConfigFile?
        /// Which registries' credentials the job may see.
        public var inheritance: Inheritance
        /// The job's own credentials; of several for one registry the last counts.
        public var logins: [Login]
        /// The programs that mint the job's own credentials.
        public var helpers: [Helper]
        /// The program that clients ask for what nothing else has, if any; the job's own, never one that jobs share.
        public var store: String?
        /// What the machine's credential store holds: it wins over the file's entries, as it does in docker.
        public var stored: [StoredCredential]
        /// The registries of which nothing is inherited, though the job has nothing of its own for them.
        public var barred: [RegistryKey] = []
        /// What stands beside the file.
        public var directory: OriginalDirectory

        /// What a job's config is made of.
        public init(
            file: DockerConfigFile, variable: DockerConfigFile? = nil, inheritance: Inheritance = .all,
            logins: [Login] = [], helpers: [Helper] = [], store: String? = nil, stored: [StoredCredential] = [],
            directory: OriginalDirectory = .empty
        ) {
            self.file = file
            self.variable = variable
            self.inheritance = inheritance
            self.logins = logins
            self.helpers = helpers
            self.store = store
            self.stored = stored
            self.directory = directory
        }
    }

    /// A credential that the job brings.
    public struct Login: Equatable, Sendable {
        /// The registry.
        public let registry: RegistryKey
        /// The credential.
        public let credential: Credential
        /// Where it came from, for people.
        public let source: String

        /// The credential of `source` for `registry`.
        public init(_ registry: RegistryKey, _ credential: Credential, from source: String) {
            self.registry = registry
            self.credential = credential
            self.source = source
        }
    }

    /// A program that has the credentials of one of the job's registries.
    public struct Helper: Equatable, Sendable {
        /// The registry; its whole host is meant.
        public let registry: RegistryKey
        /// The program's name without `docker-credential-`.
        public let program: String
        /// Where it came from, for people.
        public let source: String

        /// The program of `source` for `registry`.
        public init(_ registry: RegistryKey, program: String, from source: String) {
            self.registry = registry
            self.program = program
            self.source = source
        }
    }

    /// Where a registry's credential came from.
    public struct Origin: Equatable, Sendable {
        /// `host[:port]`, or a part of it.
        public let registry: String
        /// The variables, file or program, for people.
        public let source: String

        /// The credential of `registry` came from `source`.
        public init(registry: String, source: String) {
            self.registry = registry
            self.source = source
        }
    }

    /// The config.
    public let object: JSONObject
    /// What could not be inherited, one line each.
    public let warnings: [String]
    /// Where each registry's credential came from, in the order of the config.
    public let origins: [Origin]

    /// The entry that every job's config has.
    ///
    /// docker takes a config without entries for none at all, and looks for a credential store: on a machine with a
    /// keychain a login would then land where all jobs find it.
    public static let placeholderKey = "berth.invalid"

    /// Builds a job's config from values alone.
    ///
    /// Entries are rewritten as all clients understand them, and a host's key stands beside every key of a part of it,
    /// or docker would take any of these. A registry that the job logs in to is the login's alone: whatever else the
    /// machine has for its host, programs included, is left out. All other keys stay as they are, in their order, but
    /// for `credsStore` (a login through it would land in the store that all jobs share: it is the job's own, or none)
    /// and a `currentContext` whose contexts are not there.
    public static func build(_ inputs: Inputs) -> JobConfig {
        var entries = JobEntries(inputs)
        let auths = entries.auths()
        let helpers = entries.helpers()

        var object = inputs.file.object
        object["auths"] = .object(auths)
        object["credHelpers"] = helpers.isEmpty ? nil : .object(helpers)
        object["credsStore"] = inputs.store.map(JSONValue.string)
        if !inputs.directory.hasContexts { object["currentContext"] = nil }
        if let plugins = inputs.directory.pluginDirectory.map(JSONValue.string) {
            let others = object["cliPluginsExtraDirs"]?.array ?? []
            object["cliPluginsExtraDirs"] = .array(others.filter { $0 != plugins } + [plugins])
        }
        return JobConfig(object: object, warnings: entries.warnings, origins: entries.origins)
    }
}

/// A credential out of a store, under the name that the store gives it.
public struct StoredCredential: Equatable, Sendable {
    /// The registry's name in the store.
    public let server: String
    /// The credential.
    public let credential: Credential
    /// The store, for people.
    public let source: String

    /// A credential that `source` has for `server`.
    public init(server: String, _ credential: Credential, from source: String) {
        self.server = server
        self.credential = credential
        self.source = source
    }
}
