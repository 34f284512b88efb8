internal import JSON

/// Where the reader of an answer to an AQL query is, which comes page by page (`offset` and `limit`).
///
/// Each page begins with a row of the one before, to tell whether rows have moved: a manifest must not be deleted since
/// a tag of it was never seen.
struct JFrogRows {
    private let find: String
    private let limit: Int
    private var offset = 0
    /// The rows of the page before, by what names them.
    private var previous: Set<String> = []
    private var pageCount = 0
    /// Whether there are more pages than any repository can have.
    var isEndless: Bool { pageCount > PagedURLs.limit }
    /// Whether there are no others.
    private(set) var isAtEnd = false

    /// The rows that meet the criteria `find`, at most `limit` at a time.
    init(find: JSONValue, limit: Int) {
        self.find = find.text(indented: false)
        self.limit = limit
    }

    private func start(_ overlap: Int) -> Int { max(0, offset - overlap) }

    /// The query for the next page, which begins with `overlap` rows of the page before.
    func query(overlap: Int) -> String {
        "items.find(\(find))"
            + #".include("repo","path","name","modified","sha256").sort({"$asc":["path","name"]})"#
            + ".offset(\(start(overlap))).limit(\(limit))"
    }

    /// Takes the page that the query got, the list of its rows.
    ///
    /// - Returns: Its new rows; `nil` where there may be rows between it and the page before.
    mutating func take(_ page: JSONNode, overlap: Int) -> [JSONNode]? {
        var names: [String] = [], new: [JSONNode] = []
        page.forEachElement { row in
            let name = ["repo", "path", "name"].map { row.text($0) ?? "" }.joined(separator: "/")
            names.append(name)
            if !previous.contains(name) { new.append(row) }
        }
        let begin = start(overlap)
        if begin > 0 {
            guard let first = names.first, previous.contains(first) else { return nil }
        }
        pageCount += 1
        // What has nothing new leads nowhere.
        isAtEnd = names.count < limit || new.isEmpty
        offset = begin + names.count
        previous = Set(names)
        return new
    }
}
