public import HTTP

/// What a cloud's credentials are found in, as values: no code of this module reads the process's own environment.
public struct CloudContext: Sendable {
    /// The value of an environment variable; `nil` where it is unset or empty.
    public var variable: @Sendable (_ name: String) -> String?
    /// The bytes of a file; `nil` where there is none.
    ///
    /// What cannot be read is an error that names the file.
    public var readFile: @Sendable (_ path: String) throws(RegistryError) -> [UInt8]?
    /// What sends the requests.
    public var client: any HTTPClient
    /// The clock.
    public var pacing: Pacing
    /// Whether an endpoint that the user names may be plain HTTP on another machine.
    public var allowsPlainHTTP = false
    /// What people know a setting by that is not taken from its variable: `role:` for `AWS_ROLE_ARN`.
    package var settingNames: [String: String] = [:]

    /// No variables, no files.
    public init(client: any HTTPClient, pacing: Pacing = .system) {
        variable = { _ in nil }
        readFile = { _ throws(RegistryError) in nil }
        self.client = client
        self.pacing = pacing
    }

    /// What people know the setting of `variable` by.
    func settingName(_ variable: String) -> String { settingNames[variable] ?? variable }
}
