public import DockerConfig
public import HTTP

/// How registries are spoken to, whichever they are.
public struct RegistrySettings: Sendable {
    /// Finds the credential for a registry or a part of one; `nil` where there is none.
    public typealias Credentials = @Sendable (RegistryKey) -> Credential?
    /// Finds the credential anew where `refused` was no good any more; `nil` where there is none.
    public typealias Renewal = @Sendable (_ key: RegistryKey, _ refused: Credential?) -> Credential?

    /// What sends the requests.
    public var client: any HTTPClient
    /// Who has the credentials.
    public var credentials: Credentials
    /// Who has the credentials where one was refused; `nil` where that is who has them at any time.
    public var renewal: Renewal?
    /// Whether a registry may be spoken to over plain HTTP where it does not speak TLS; the machine itself always may.
    public var allowsPlainHTTP = false
    /// The most requests at once to one host.
    public var parallel = 16
    /// The longest time for a request, its repetitions and the pauses between them included.
    public var patience: Duration = .seconds(300)
    /// The clock.
    public var pacing: Pacing = .system
    /// The implementation that the user named; `nil` has it found out.
    public var implementation: NamedImplementation?
    /// Whether a command speaks to registries of several hosts.
    public var hasSeveralHosts = false
    /// Secrets for vendors' own APIs that the user gave.
    public var secrets: [VendorSecret: Secret] = [:]
    /// The value of an environment variable; `nil` where it is unset or empty.
    public var variable: @Sendable (_ name: String) -> String? = { _ in nil }
    /// The bytes of a file that holds a cloud's credentials; `nil` where there is none.
    public var readFile: @Sendable (_ path: String) throws(RegistryError) -> [UInt8]? = { _ throws(RegistryError) in nil
    }
    /// The role that a job's OIDC token stands for at a registry of AWS's; it comes before all other credentials for AWS.
    public var awsWebIdentity: @Sendable (_ host: RegistryHost) -> AWSWebIdentity? = { _ in nil }
    /// What has been found out with these settings.
    let memory = RegistryMemory()

    /// Settings with the defaults for all but these.
    public init(client: any HTTPClient, credentials: @escaping Credentials) {
        self.client = client
        self.credentials = credentials
    }
}
