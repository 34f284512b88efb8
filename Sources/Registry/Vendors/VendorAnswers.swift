internal import HTTP
internal import JSON

extension VendorClient {
    /// What an answer means that is not the one hoped for: what its status says, unless the vendor explains it.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - what: What was to be done, such as `cannot delete r.example/app:v1`.
    ///   - permission: What who may do it has, by the vendor's name.
    /// - Returns: The error.
    func error(_ response: HTTPResponse, _ what: String, permission: String? = nil) -> RegistryError {
        explain(response, byStatus(response, what, permission: permission))
    }

    private func byStatus(_ response: HTTPResponse, _ what: String, permission: String?) -> RegistryError {
        let words = VendorWords(response.body).text.map { ": \($0)" } ?? ""
        let text = "\(what): \(name) answers with status \(response.status)\(words)"
        switch response.status {
        case 403 where RetryPolicy.requestedWait(response) != nil, 408, 429, 500...599:
            return RegistryError(
                .tryLater, text + (RetryPolicy.requestedWait(response).map { ", to be asked again \($0)" } ?? ""))
        case 401, 403:
            let hint = permission.map { "the login for \(name) needs \($0)" }
            var error = RegistryError(
                .denied, text, hint: hint ?? "the login for \(name) may lack the right to do this")
            error.permission = permission
            return error
        case 404: return RegistryError(.notFound, text)
        case 405, 501: return RegistryError(.unsupported, text)
        case 409, 412, 423: return RegistryError(.protected, text)
        default: return RegistryError(.protocolViolation, text)
        }
    }

    /// What became of something that was asked to be deleted.
    ///
    /// - Throws: `RegistryError` for what would be so for everything else too: no right to do it.
    func removal(_ response: HTTPResponse, _ what: String, permission: String? = nil) throws(RegistryError) -> Removal {
        switch response.status {
        case 200...204: return .done(nil)
        case 404, 410: return .absent
        default:
            let error = error(response, what, permission: permission)
            switch error.kind {
            case .denied: throw error
            // A rate limit that has outlasted all patience did nothing; of a fault nobody knows.
            case .tryLater: return response.status == 429 || response.status == 403 ? .failed(error) : .unknown(error)
            default: return .failed(error)
            }
        }
    }

    /// Sends a request to delete something, which nobody repeats who does not know what became of it.
    ///
    /// - Parameters:
    ///   - url: What is to be deleted.
    ///   - what: What was to be done, such as `cannot delete r.example/app:v1`.
    ///   - permission: What who may do it has, by the vendor's name.
    ///   - own: What an answer means that has a meaning of the vendor's own; `nil` for all others.
    /// - Returns: What became of it.
    /// - Throws: `RegistryError` for what would be so for everything else too: no right to do it.
    func removal(
        _ url: URLParts, _ what: String, permission: String? = nil, own: (HTTPResponse) -> Removal? = { _ in nil }
    ) async throws(RegistryError) -> Removal {
        let response: HTTPResponse
        do {
            response = try await send(.delete, url)
        } catch  where error.kind == .tryLater {
            return .unknown(error)
        }
        if let removal = own(response) { return removal }
        return try removal(response, what, permission: permission)
    }
}

/// What an API says about an error, wherever it says it: vendors have about as many forms for that as there are.
struct VendorWords: Sendable {
    /// One line for people; `nil` where it says nothing.
    let text: String?
    /// The error's name in the vendor's own terms, such as `PRECONDITION`.
    let code: String?

    /// Reads an answer's body.
    init(_ body: [UInt8]) {
        guard body.count <= 1 << 20, let node = try? JSONNode(parsing: body) else {
            (text, code) = (nil, nil)
            return
        }
        let nested =
            node.member("errors")?.element(0) ?? node.member("error").flatMap { $0.isObject ? $0 : nil } ?? node
        let message =
            ["message", "error_description", "error_message", "detail", "title", "error", "reason"].lazy.compactMap {
                nested.member($0)?.string ?? node.member($0)?.string
            }.first
        code = ["code", "status", "error_type", "__type", "error"].lazy.compactMap { nested.member($0)?.string }.first
        text = message.map { Excerpt.line($0) }
    }
}
