internal import Registry

/// Numbers for digests, in the order in which they come: 40 bytes and a slot or two each, whatever their number.
struct DigestTable: Sendable {
    private(set) var digests: [Digest] = []
    /// The numbers, placed by their digests' first bits; `.max` is a free slot.
    private var slots: [UInt32] = Array(repeating: .max, count: 16)

    var count: Int { digests.count }

    /// The number of `digest`, where it has one.
    func number(of digest: Digest) -> UInt32? {
        let slot = slot(of: digest)
        return slots[slot] == .max ? nil : slots[slot]
    }

    /// The number of `digest`, and whether it is a new one.
    mutating func insert(_ digest: Digest) -> (number: UInt32, isNew: Bool) {
        let slot = slot(of: digest)
        guard slots[slot] == .max else { return (slots[slot], false) }
        let number = UInt32(digests.count)
        digests.append(digest)
        slots[slot] = number
        // At most five eighths are taken: beyond that, the next free slot is far.
        if digests.count * 8 > slots.count * 5 { grow() }
        return (number, true)
    }

    /// The slot that has `digest`, else the one that it would get.
    private func slot(of digest: Digest) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: digest.prefix) & mask
        while slots[slot] != .max, digests[Int(slots[slot])] != digest { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        let mask = slots.count * 2 - 1
        slots = Array(repeating: .max, count: slots.count * 2)
        for (number, digest) in digests.enumerated() {
            var slot = Int(truncatingIfNeeded: digest.prefix) & mask
            while slots[slot] != .max { slot = (slot + 1) & mask }
            slots[slot] = UInt32(number)
        }
    }
}
