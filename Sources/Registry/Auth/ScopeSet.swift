/// What the requests of one piece of work need a token for.
struct ScopeSet: Hashable, Sendable {
    /// One scope for each resource.
    let scopes: [AuthScope]
    /// All of it as one text.
    private let text: String

    init(_ scopes: [AuthScope]) {
        self.scopes = AuthScope.merged(scopes)
        text = self.scopes.map(\.text).joined(separator: " ")
    }

    /// What both allow.
    func union(_ other: ScopeSet) -> ScopeSet { ScopeSet(scopes + other.scopes) }

    static func == (one: ScopeSet, other: ScopeSet) -> Bool { one.text == other.text }

    // A token is looked up for each request, and the text says it all.
    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
