/// The first so many of any number of things, by a rank, in memory for twice as many.
struct Newest<Rank> {
    private let limit: Int
    private let isBefore: (Rank, Rank) -> Bool
    private var ranks: [Rank] = []

    /// The first `limit` by an order in which no two are equal.
    init(_ limit: Int, by isBefore: @escaping (Rank, Rank) -> Bool) {
        self.limit = limit
        self.isBefore = isBefore
    }

    mutating func add(_ rank: Rank) {
        ranks.append(rank)
        guard ranks.count >= 2 * limit + 64 else { return }
        ranks = sorted
    }

    /// The first of all that was added.
    var sorted: [Rank] { Array(ranks.sorted(by: isBefore).prefix(limit)) }
}
