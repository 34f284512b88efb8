internal import CIEnv
internal import JSON
internal import POSIX
internal import Registry

/// Why no credential was to be had, for those who waited for it meanwhile.
struct RecordedRefusal: Equatable, Sendable {
    /// Tells this refusal from the one before: who waits knows by it that another try was made.
    let id: String
    let request: IdentityRequest
    /// What variables said of it, in the place of the request.
    let variables: [String: String]
    let error: RegistryError
    /// When that was, in seconds since the machine was started.
    let sinceBoot: Int

    /// A refusal of `request`, with `variables`, at `now` that nobody has seen yet.
    init(_ error: RegistryError, of request: IdentityRequest, with variables: [String: String], at now: Moment) {
        id = RandomText.make(length: 16)
        sinceBoot = now.sinceBoot
        self.request = request
        self.variables = variables
        self.error = error
    }

    /// Whether it is of the very same.
    func isOf(_ request: IdentityRequest, with variables: [String: String]) -> Bool {
        self.request == request && self.variables == variables
    }

    /// Whether it is so new that who has something else to give out does not try again.
    func isRecent(at now: Moment) -> Bool { (0..<60).contains(now.sinceBoot - sinceBoot) }

    private static let names: [(name: String, kind: RegistryError.Kind)] = [
        ("denied", .denied), ("unreachable", .unreachable), ("try-later", .tryLater),
        ("protocol-violation", .protocolViolation), ("bad-name", .badName), ("bad-data", .badData),
        ("not-found", .notFound), ("unsupported", .unsupported),
    ]

    /// The refusal as it stands in its file; `nil` for what must be found out anew.
    var text: [UInt8]? {
        guard let name = Self.names.first(where: { $0.kind == error.kind })?.name else { return nil }
        var object = JSONObject()
        object["version"] = 1
        object["id"] = .string(id)
        object["sinceBoot"] = .integer(sinceBoot)
        object["request"] = request.json
        object["variables"] = .object(JSONObject(strings: variables))
        object["kind"] = .string(name)
        object["text"] = .string(error.text)
        object["hint"] = error.hint.map(JSONValue.string)
        return Array(JSONValue.object(object).text(indented: false).utf8)
    }

    /// Reads a file's text; `nil` where it is not one that can be relied on.
    init?(_ text: [UInt8]) {
        guard let object = try? JSONValue(parsing: text).object, object["version"] == 1, let id = object["id"]?.string,
            let sinceBoot = object["sinceBoot"]?.integer,
            let request = object["request"].flatMap({ IdentityRequest($0) }),
            let variables = object["variables"]?.object?.strings, let name = object["kind"]?.string,
            let kind = Self.names.first(where: { $0.name == name })?.kind, let words = object["text"]?.string
        else { return nil }
        self.id = id
        self.sinceBoot = sinceBoot
        self.request = request
        self.variables = variables
        error = RegistryError(kind, words, hint: object["hint"]?.string)
    }
}
