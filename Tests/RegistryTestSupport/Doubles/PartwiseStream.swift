internal import HTTP
internal import Synchronization

extension HTTPStream {
    /// A whole answer, whose body comes in parts of `size` bytes, so that nothing may count on getting all at once.
    init(_ response: HTTPResponse, inPartsOf size: Int) {
        let rest = Mutex(response.body[...])
        self.init(head: HTTPResponse(status: response.status, headers: response.headers, url: response.url)) {
            rest.withLock { rest in
                guard !rest.isEmpty else { return nil }
                defer { rest = rest.dropFirst(size) }
                return Array(rest.prefix(size))
            }
        }
    }
}
