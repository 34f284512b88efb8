/// What leads to what among manifests, both ways: three lists of numbers each, however many there are.
struct Graph {
    /// What indexes hold.
    let children: Links
    /// The indexes that hold something.
    let holders: Links
    /// What each manifest is about.
    let subjects: [Inventory.Node]
    /// What is about something, by that.
    let referrers: Links
    /// The tags of each manifest.
    let tags: Links
    /// The tags that are named after a manifest, by that.
    let attached: Links

    init(_ inventory: Inventory) {
        let count = inventory.manifestCount
        children = Links(count, inventory.children.lazy.map { ($0.from, $0.to) })
        holders = Links(count, inventory.children.lazy.map { ($0.to, $0.from) })
        var subjects = inventory.subjects
        // A list of referrers says of those that nobody has read what they are about.
        for (tag, subject) in inventory.tagSubjects.enumerated() {
            guard subject != .none, inventory.isListOfReferrers(tag), let list = inventory.node(ofTagAt: tag) else {
                continue
            }
            for child in children[list.number] where subjects[Int(child)] == .none && child != subject.number {
                subjects[Int(child)] = subject
            }
        }
        self.subjects = subjects
        referrers = Links(
            count,
            subjects.lazy.enumerated().compactMap { place, subject in
                subject == .none || subject.place == place ? nil : (subject.number, UInt32(place))
            })
        tags = Links(
            count,
            inventory.tagNodes.lazy.enumerated().compactMap { place, node in
                node == .none ? nil : (node.number, UInt32(place))
            })
        attached = Links(
            count,
            inventory.tagSubjects.lazy.enumerated().compactMap { place, subject in
                subject == .none ? nil : (subject.number, UInt32(place))
            })
    }
}

/// Lists of numbers, one for each number below a count, in two arrays.
struct Links {
    private let starts: [UInt32]
    private let ends: [UInt32]

    init(_ count: Int, _ pairs: some Sequence<(UInt32, UInt32)>) {
        var starts = [UInt32](repeating: 0, count: count + 1)
        for (from, _) in pairs { starts[Int(from) + 1] += 1 }
        for index in 0..<count { starts[index + 1] += starts[index] }
        var next = starts
        var ends = [UInt32](repeating: 0, count: Int(starts[count]))
        for (from, to) in pairs {
            ends[Int(next[Int(from)])] = to
            next[Int(from)] += 1
        }
        self.starts = starts
        self.ends = ends
    }

    subscript(number: UInt32) -> ArraySlice<UInt32> {
        ends[Int(starts[Int(number)])..<Int(starts[Int(number) + 1])]
    }
}
