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
            let page: (json: JSONNode, next: URLParts?, response: HTTPResponse)
            do {
                page = try await self.page(url, what, permission: permission)
            } catch  where error.kind == .notFound && urls.count > 1 {
                // That there is no such list is said by its first page: this one is a part of it.
                throw RegistryError(.protocolViolation, "\(error.text), though a page before leads there")
            }
            try urls.add(bytes: page.response.body.count)
            let own = try read(Page(json: page.json, headers: page.response.headers))
            next = page.next ?? own
        }
    }

    /// Reads a list of numbered pages, of which the first tells how many entries there are.
    ///
    /// The others come several at a time, in any order. Where it does not tell, or where the list has grown meanwhile,
    /// they come one after the other for as long as there is a next one.
    ///
    /// - Parameters:
    ///   - size: The most entries on a page.
    ///   - what: What cannot be done without it.
    ///   - permission: What who may read it has.
    ///   - url: The address of a page, from 1.
    ///   - count: The number of all entries, as the first page tells it.
    ///   - hasNext: Whether a page says in its body that there is a next one; what its `Link` says counts anyway.
    ///   - length: The number of entries on a page: the server may give fewer at a time than it is asked for, and what
    ///     goes from the list while it is read moves others to pages that have been read already.
    ///   - read: Takes a page.
    /// - Throws: `RegistryError` where a page is not to be had, or where there were fewer entries than the first page
    ///   told: what is deleted by such a list might be in use by what is missing there.
    func numberedPages(
        size: Int, _ what: String, permission: String? = nil,
        url: @escaping @Sendable (Int) throws(RegistryError) -> URLParts, count: (Page) -> Int?,
        hasNext: @escaping @Sendable (JSONNode) -> Bool = { _ in false },
        length: @escaping @Sendable (Page) -> Int? = { _ in nil },
        _ read: @escaping @Sendable (Page) throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        let shrunk = RegistryError(
            .tryLater, "\(what): the list has become shorter while it was read",
            hint: "somebody else is deleting there; try again later")
        let total = Locked<Int?>(0), bytes = Locked(PagedURLs(what))
        let newest = Locked<(body: [UInt8], times: Int)>(([], 0))
        /// Reads a page; whether there is a next one.
        @Sendable func take(
            _ number: Int, inTurn: Bool = true, count: (Page) -> Void = { _ in }
        ) async throws(RegistryError) -> Bool {
            let page = try await page(try url(number), what, permission: permission)
            let content = Page(json: page.json, headers: page.response.headers)
            let size = page.response.body.count
            try bytes.withLock { urls throws(RegistryError) in try urls.add(bytes: size) }
            // Who does not know the page's number gives the first one for ever.
            if inTurn {
                let times = newest.withLock { newest in
                    newest = (page.response.body, newest.body == page.response.body ? newest.times + 1 : 1)
                    return newest.times
                }
                // As many new entries as a page has may have moved all of it to the next one.
                guard times < 3 else {
                    throw RegistryError(.protocolViolation, "\(what): \(name) gives the same page again and again")
                }
            }
            let own = length(content)
            total.withLock { $0 = $0.flatMap { total in own.map { total + $0 } } }
            count(content)
            try read(content)
            return page.next != nil || hasNext(page.json)
        }
        var entries: Int?, size = size, last = 1
        var goesOn = try await take(1) { page in
            entries = count(page)
            size = min(size, length(page) ?? size)
        }
        if let entries, size > 0, entries > size {
            guard entries / size < PagedURLs.limit else {
                throw RegistryError(.protocolViolation, "\(what): \(name) claims to have \(entries) entries")
            }
            last = (entries - 1) / size + 1
            let end = last
            let hasMore = Locked(false)
            try await forEach(below: end - 1, width: width, executor: executor) { index throws(RegistryError) in
                do throws(RegistryError) {
                    let goesOn = try await take(index + 2, inTurn: false)
                    if index + 2 == end { hasMore.withLock { $0 = goesOn } }
                } catch {
                    throw error.kind == .notFound ? shrunk : error
                }
            }
            goesOn = hasMore.withLock { $0 }
        }
        // No list grows to twice its length while it is read.
        let limit = entries == nil ? PagedURLs.limit : last * 2 + 100
        while goesOn {
            last += 1
            guard last <= limit else {
                throw RegistryError(.protocolViolation, "\(what): the pages of \(name) have no end")
            }
            goesOn = try await take(last)
        }
        if let entries, let total = total.withLock({ $0 }), total < entries { throw shrunk }
    }
}
