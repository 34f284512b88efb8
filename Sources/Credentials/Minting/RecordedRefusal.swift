internal import CIEnv
internal import JSON
internal import POSIX
internal import Registry

/// Why no credential was to be had, for those who waited for it meanwhile.
struct RecordedRefusal: Equatable, Sendable {
    /// Tells this refusal from the one before: who waits knows by it that another try was made.
    let id: String
    let request: IdentityRequest
    let error: RegistryError

    /// A refusal of `request` that nobody has seen yet.
    init(_ error: RegistryError, of request: IdentityRequest) {
        id = RandomText.make(length: 16)
        self.request = request
        self.error = error
    }

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
        object["request"] = request.json
        object["kind"] = .string(name)
        object["text"] = .string(error.text)
        object["hint"] = error.hint.map(JSONValue.string)
        return Array(JSONValue.object(object).text(indented: false).utf8)
    }

    /// Reads a file's text; `nil` where it is not one that can be relied on.
    init?(_ text: [UInt8]) {
        guard let object = try? JSONValue(parsing: text).object, object["version"] == 1, let id = object["id"]?.string,
            let request = object["request"].flatMap({ IdentityRequest($0) }), let name = object["kind"]?.string,
            let kind = Self.names.first(where: { $0.name == name })?.kind, let words = object["text"]?.string
        else { return nil }
        self.id = id
        self.request = request
        error = RegistryError(kind, words, hint: object["hint"]?.string)
    }
}
