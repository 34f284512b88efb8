/// One answer, whole.
public struct HTTPResponse: Sendable {
    /// One header of an answer.
    public struct Header: Equatable, Sendable {
        /// The header's name as the server wrote it.
        public let name: String
        /// The header's value without the white space around it.
        public let value: String

        /// A header `name: value`.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The status code, such as 200.
    public let status: Int
    /// The headers in the order in which they came; a name may come several times.
    public let headers: [Header]
    /// The body, at most as long as the request's limit.
    public let body: [UInt8]
    /// What answered: the last of the redirects that were followed.
    public let url: URLParts

    /// An answer of `url`.
    public init(status: Int, headers: [Header] = [], body: [UInt8] = [], url: URLParts) {
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url
    }

    /// All values of the header `name`, whose case does not matter.
    public func values(for name: String) -> [String] {
        let name = name.lowercased()
        return headers.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The first value of the header `name`.
    public func first(_ name: String) -> String? {
        values(for: name).first
    }
}
