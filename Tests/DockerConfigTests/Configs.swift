internal import DockerConfig
internal import JSON
internal import TestSupport
internal import Testing

/// A config with this text.
func config(_ text: String, named name: String = "config.json") throws -> DockerConfigFile {
    try DockerConfigFile.parse(Array(text.utf8), named: name)
}

/// A registry's key, which has to be one.
func key(_ text: String) throws -> RegistryKey {
    try #require(RegistryKey(text))
}

/// The text of an entry for this user and password, by the tests' own Base64.
func entry(_ user: String, _ password: String) -> String {
    #"{"auth":"\#(basicAuth(user, password))"}"#
}

/// The members of this text, to compare a config with: the order counts, the white space does not.
func members(_ text: String) throws -> JSONObject {
    try #require(try JSONValue(parsing: Array(text.utf8)).object)
}

extension JSONObject {
    /// The members on one line, without the white space at its end.
    var line: String { String(JSONValue.object(self).text(indented: false).dropLast()) }
}

extension Credential {
    /// User and password.
    init(_ username: String, _ password: String) {
        self.init(username: username, password: Secret(password))
    }
}

/// Runs `body`, which has to throw, and returns what it threw.
func failure(_ body: () throws -> Void) throws -> DockerConfigError {
    do {
        try body()
    } catch let error as DockerConfigError {
        return error
    }
    throw TestFailure("nothing was thrown")
}
