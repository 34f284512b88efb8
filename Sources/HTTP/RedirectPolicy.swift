/// Which redirects are followed, and what is sent along (RFC 9110 §15.4).
///
/// Never from https to http. Credentials never go to another origin: headers that carry them are left out, and a body
/// is not sent there at all.
public struct RedirectPolicy: Equatable, Sendable {
    /// The most redirects in a row.
    public let limit: Int

    /// Follows up to `limit` redirects; more than five are a loop or a mistake, as no registry needs more than two.
    public init(limit: Int = 5) {
        self.limit = limit
    }

    /// The request that `response` asks for in place of `request`, after `followed` redirects.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - request: What it answers.
    ///   - followed: How many redirects have been followed before.
    ///   - refusing: A further rule: the reason why a target must not be asked, or `nil` where it may be.
    /// - Returns: `nil` where `response` is not a redirect.
    /// - Throws: `HTTPError` of the kind `redirect` where it must not be followed.
    public func next(
        after response: HTTPResponse, to request: HTTPRequest, followed: Int,
        refusing: (URLParts) -> String? = { _ in nil }
    ) throws(HTTPError) -> HTTPRequest? {
        guard [301, 302, 303, 307, 308].contains(response.status) else { return nil }
        func refusal(_ reason: String) -> HTTPError { HTTPError(.redirect, of: request, reason: reason) }

        guard followed < limit else { throw refusal("more than \(limit) redirects") }
        guard let location = response.first("Location"), let target = request.url.resolving(location) else {
            throw refusal("redirected (\(response.status)) to no web address")
        }
        guard target.isSecure || !request.url.isSecure else { throw refusal("redirected from https to \(target)") }
        if let reason = refusing(target) { throw refusal("redirected to \(target), \(reason)") }

        var next = request
        next.url = target
        let isRead = request.method == .get || request.method == .head
        if response.status < 307, !isRead {
            // By 301 and 302 only a POST may become a GET (RFC 9110 §15.4), and a 303 leads to what tells of something done:
            // of what was to be deleted, nothing that is there would.
            guard request.method == .post || response.status == 303 && request.method != .delete else {
                throw refusal("redirected (\(response.status)) to \(target), by which it would not be done")
            }
            next.method = .get
            next.body = .none
            next.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
        }
        guard !next.body.isSentOnce else { throw refusal("redirected with a body that can be sent only once") }
        if target.origin != request.url.origin {
            guard next.body.isNone else { throw refusal("redirected with its body to another host, \(target)") }
            next.headers.removeAll(where: \.isCredential)
        }
        return next
    }
}
