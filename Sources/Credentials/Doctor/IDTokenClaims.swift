internal import DockerConfig
internal import JSON

/// What a JSON Web Token claims; its signature is for others to judge.
struct IDTokenClaims: Equatable {
    let issuer: String?
    let subject: String?
    let audiences: [String]
    let end: Int?
    let issued: Int?

    init?(_ text: String) {
        let parts = text.utf8.count < 1 << 16 ? text.split(separator: ".", omittingEmptySubsequences: false) : []
        guard parts.count == 3, let payload = Base64.decodeURL(parts[1]),
            let object = try? JSONValue(parsing: payload).object
        else { return nil }
        issuer = object["iss"]?.string
        subject = object["sub"]?.string
        audiences = object["aud"]?.array?.compactMap(\.string) ?? [object["aud"]?.string].compactMap(\.self)
        func moment(_ name: String) -> Int? {
            switch object[name] {
            case .integer(let value): value
            case .real(let value): Int(exactly: value.rounded(.down))
            default: nil
            }
        }
        end = moment("exp")
        issued = moment("iat")
    }
}
