public import DockerConfig
public import HTTP

/// How registries are spoken to, whichever they are.
public struct RegistrySettings: Sendable {
    /// Finds the credential for a registry or a part of one; `nil` where there is none.
    public typealias Credentials = @Sendable (RegistryKey) -> Credential?

    /// What sends the requests.
    public var client: any HTTPClient
    /// Who has the credentials.
    public var credentials: Credentials
    /// Whether a registry may be spoken to over plain HTTP where it does not speak TLS; the machine itself always may.
    public var allowsPlainHTTP = false
    /// The most requests at once to one host.
    public var parallel = 16
    /// The longest time for a request, its repetitions and the pauses between them included.
    public var patience: Duration = .seconds(300)
    /// The clock.
    public var pacing: Pacing = .system

    /// Settings with the defaults for all but these.
    public init(client: any HTTPClient, credentials: @escaping Credentials) {
        self.client = client
        self.credentials = credentials
    }
}
