public import Registry

/// What is to be deleted from a repository, and what of it only after something else has gone.
public struct DeletionOrder: Sendable {
    /// One thing that goes.
    public struct Step: Hashable, Sendable {
        /// A tag, or a manifest by its digest.
        public let reference: Reference
        /// Where a tag must lead to be deleted.
        public let expected: Digest?
        /// The manifest that must have gone before: the one that this is about.
        public let after: Digest?

        /// A step.
        public init(_ reference: Reference, expected: Digest? = nil, after: Digest? = nil) {
            self.reference = reference
            self.expected = expected
            self.after = after
        }
    }

    /// The steps, in no order but that which ``Step/after`` says.
    public var steps: [Step] = []

    /// For each step the group that it is in, where that is known: all that one leads to, or that is about it.
    var groups: [UInt32] = []

    /// Nothing to do.
    public init() {}

    /// The steps in parts of about `size`, with whole groups in each: who is interrupted leaves no more than one part
    /// half done.
    func batches(of size: Int) -> [DeletionOrder] {
        guard groups.count == steps.count else { return [self] }
        let places = groups.indices.sorted { (groups[$0], $0) < (groups[$1], $1) }
        var batches: [DeletionOrder] = [], batch = DeletionOrder()
        for (offset, place) in places.enumerated() {
            if batch.steps.count >= size, groups[place] != groups[places[offset - 1]] {
                batches.append(batch)
                batch = DeletionOrder()
            }
            batch.steps.append(steps[place])
        }
        if !batch.steps.isEmpty { batches.append(batch) }
        return batches
    }
}

/// One of several equal parts of a cleanup.
///
/// All that must go together, since one leads to the other, is in one part.
public struct Shard: Hashable, Sendable {
    /// Which one, counted from 1.
    public let number: Int
    /// Of how many.
    public let count: Int

    /// All of it.
    public static let whole = Shard(unchecked: 1, of: 1)

    /// Part `number` of `count`; `nil` where there is no such part.
    public init?(_ number: Int, of count: Int) {
        guard count > 0, (1...count).contains(number) else { return nil }
        self.init(unchecked: number, of: count)
    }

    private init(unchecked number: Int, of count: Int) {
        self.number = number
        self.count = count
    }

    /// What people read behind the name of what is done: `, part 2 of 5`; nothing for the whole.
    var aside: String { self == .whole ? "" : ", part \(number) of \(count)" }
}

extension Shard: CustomStringConvertible {
    /// `2/5`.
    public var description: String { "\(number)/\(count)" }
}
