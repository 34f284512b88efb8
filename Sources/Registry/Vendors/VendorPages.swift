internal import HTTP
internal import JSON
internal import POSIX

extension VendorClient {
    /// A page of a list.
    struct Page: Sendable {
        /// The answer.
        let json: JSONNode
        /// Its header fields.
        let headers: HTTPFields
    }

    /// Reads a list page by page, each one's `Link` leading to the next.
    ///
    /// - Parameters:
    ///   - url: The first page's address.
    ///   - what: What cannot be done without it.
    ///   - permission: What who may read it has.
    ///   - read: Takes a page; what it returns is the next page's address where the `Link` says nothing.
    /// - Throws: `RegistryError` where a page is not to be had, or leads in a circle.
    func eachPage(
        from url: URLParts, _ what: String, permission: String? = nil,
        _ read: (Page) throws(RegistryError) -> URLParts? = { _ in nil }
    ) async throws(RegistryError) {
        var urls = PagedURLs(what)
        var next: URLParts? = url
        while let url = next {
            try urls.begin(url.text)
            let page = try await page(url, what, permission: permission)
            let own = try read(Page(json: page.json, headers: page.headers))
            next = page.next ?? own
        }
    }

    /// Reads a list of numbered pages, of which the first tells how many entries there are: the others come several at
    /// a time, in any order.
    ///
    /// - Parameters:
    ///   - size: The most entries on a page.
    ///   - what: What cannot be done without it.
    ///   - permission: What who may read it has.
    ///   - url: The address of a page, from 1.
    ///   - count: The number of all entries, as the first page tells it.
    ///   - length: The number of entries on the first page, where the server may give fewer at a time than it is asked
    ///     for.
    ///   - read: Takes a page.
    /// - Throws: `RegistryError` where a page is not to be had.
    func numberedPages(
        size: Int, _ what: String, permission: String? = nil,
        url: @escaping @Sendable (Int) throws(RegistryError) -> URLParts, count: (Page) -> Int?,
        length: (Page) -> Int? = { _ in nil },
        _ read: @escaping @Sendable (Page) throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        let first = try await page(try url(1), what, permission: permission)
        let head = Page(json: first.json, headers: first.headers)
        try read(head)
        let size = min(size, length(head) ?? size)
        guard let count = count(head), size > 0, count > size else { return }
        guard count / size < PagedURLs.limit else {
            throw RegistryError(.protocolViolation, "\(what): \(name) claims to have \(count) entries")
        }
        try await forEach(below: (count - 1) / size, width: width, executor: executor) { number throws(RegistryError) in
            let page = try await page(try url(number + 2), what, permission: permission)
            try read(Page(json: page.json, headers: page.headers))
        }
    }
}
