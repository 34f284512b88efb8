internal import HTTP

extension RepositoryClient {
    /// The repository's tags, in the registry's order.
    ///
    /// They come page by page, and of a page part by part, so that no number of them fills the memory.
    public var tags: TagSequence { TagSequence(client: self) }
}

/// The tags of a repository; see ``RepositoryClient/tags``.
public struct TagSequence: AsyncSequence, Sendable {
    /// A tag.
    public typealias Element = Tag
    /// What the registry does wrong.
    public typealias Failure = RegistryError

    let client: RepositoryClient

    /// Begins with the first tag.
    public func makeAsyncIterator() -> Iterator { Iterator(client: client) }

    /// Where a reader of the tags is.
    public struct Iterator: AsyncIteratorProtocol {
        private enum Place {
            case start
            case page(HTTPStream, TagListScanner, next: URLParts?)
            case between(URLParts)
            case end
        }

        private let client: RepositoryClient
        private var place = Place.start
        /// What was read and not handed out, in reverse.
        private var found: [Tag] = []
        private var seen: Set<URLParts> = []
        /// How many pages without a tag have come in a row: some are usual, endlessly many are an attack.
        private var emptyPages = 0
        /// How many tags the current page has had so far, and the last of them.
        private var count = 0
        private var last: Tag?

        private static let emptyPageLimit = 1000
        /// How many tags are asked for at a time: the most that all registries take.
        private static let pageSize = 1000

        init(client: RepositoryClient) {
            self.client = client
        }

        /// The next tag, or `nil` after the last.
        public mutating func next() async throws(RegistryError) -> Tag? {
            try await next(isolation: nil)
        }

        /// The same for who is isolated to an actor.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(RegistryError) -> Tag? {
            while found.isEmpty {
                switch place {
                case .start:
                    // Not escaped, as it is one of ours.
                    let list = try client.session.url("tags/list")
                    guard let url = list.appending(query: [("n", "\(Self.pageSize)")]) else { return nil }
                    try await open(url)
                case .between(let url): try await open(url)
                case .page(let stream, let scanner, let next): try await read(stream, scanner, next)
                case .end: return nil
                }
            }
            return found.removeLast()
        }

        private mutating func open(_ url: URLParts) async throws(RegistryError) {
            let (session, what) = (client.session, "cannot list the tags of \(client.repository)")
            guard seen.insert(url).inserted else {
                throw RegistryError(
                    .protocolViolation, "\(what): the registry's pages lead in a circle, back to \(url)")
            }
            emptyPages += 1
            guard emptyPages <= Self.emptyPageLimit else {
                throw RegistryError(.protocolViolation, "\(what): \(Self.emptyPageLimit) pages in a row have no tag")
            }
            let request = HTTPRequest(.get, url, headers: [HTTPHeader("Accept", "application/json")])
            let stream = try await session.stream(request)
            guard stream.head.status == 200 else {
                let response = try await collect(stream, request)
                throw RegistryError(response, what, session)
            }
            let next = try LinkHeader.next(in: stream.head.values(for: "Link")).map { link throws(RegistryError) in
                let target = try session.target(link, at: url, mayLeave: false)
                return Self.page(target, after: url) ?? target
            }
            (count, last) = (0, nil)
            place = .page(stream, TagListScanner(), next: next)
        }

        /// Artifactory's links lead to another repository's list where the repository is a virtual one: all that counts
        /// is what comes behind the list's address.
        private static func page(_ target: URLParts, after url: URLParts) -> URLParts? {
            let (path, query) = (url.pathAndQuery.prefix { $0 != "?" }, target.pathAndQuery.drop { $0 != "?" })
            guard target.pathAndQuery.prefix(while: { $0 != "?" }) != path, !query.isEmpty else { return nil }
            return URLParts(url.origin + path + query)
        }

        /// The page behind the last tag of one that is full and says nothing about others.
        private func following(_ next: URLParts?) throws(RegistryError) -> URLParts? {
            guard next == nil, client.readsBehindFullPages, count >= Self.pageSize, let last else { return next }
            return try client.session.url("tags/list").appending(
                query: [("n", "\(Self.pageSize)"), ("last", last.text)])
        }

        private mutating func read(
            _ stream: HTTPStream, _ scanner: TagListScanner, _ next: URLParts?
        ) async throws(RegistryError) {
            let part: [UInt8]?
            do { part = try await stream.next() } catch { throw RegistryError(error) }
            var scanner = scanner
            do throws(RegistryError) {
                guard let part else {
                    try scanner.finish()
                    place = try following(next).map { .between($0) } ?? .end
                    return
                }
                try scanner.feed(part) { found.append($0) }
                if !found.isEmpty { emptyPages = 0 }
                count += found.count
                last = found.last ?? last
            } catch {
                throw RegistryError(
                    error.kind, "cannot list the tags of \(client.repository): \(error.text)", hint: error.hint)
            }
            found.reverse()
            place = .page(stream, scanner, next: next)
        }

        private func collect(_ stream: HTTPStream, _ request: HTTPRequest) async throws(RegistryError) -> HTTPResponse {
            do {
                return try await stream.collect(limit: HTTPRequest.defaultBodyLimit, of: request)
            } catch {
                throw RegistryError(error)
            }
        }
    }
}
