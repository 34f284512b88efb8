/// Which commits come from which, and when they were made.
struct GitGraph: Sendable {
    /// The parents of commit n: from `ends[n - 1]` to `ends[n]` in this.
    private var parents: [UInt32] = []
    private var ends: [UInt32] = []
    /// When each was committed, in seconds since 1970.
    private(set) var times: [Int] = []
    /// The latest time of a commit and all that it comes from: clocks that went wrong make parents younger.
    private var latest: [Int] = []

    /// Reads what `git rev-list --topo-order --parents --timestamp` writes: a line for each commit, before its parents.
    static func read(_ text: [UInt8]) -> (commits: [GitObject], graph: GitGraph)? {
        var graph = GitGraph(), commits: [GitObject] = [], numbers: [GitObject: UInt32] = [:]
        var named: [(commit: GitObject, end: Int)] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count >= 2, let time = Int(String(decoding: words[0], as: UTF8.self)),
                let commit = GitObject(words[1])
            else { return nil }
            numbers[commit] = UInt32(commits.count)
            commits.append(commit)
            graph.times.append(time)
            for word in words[2...] {
                guard let parent = GitObject(word) else { return nil }
                named.append((parent, commits.count))
            }
        }
        var next = 0
        for number in commits.indices {
            while next < named.count, named[next].end == number + 1 {
                guard let parent = numbers[named[next].commit] else { return nil }
                graph.parents.append(parent)
                next += 1
            }
            graph.ends.append(UInt32(graph.parents.count))
        }
        graph.latest = graph.times
        for number in commits.indices.reversed() {
            for parent in graph.parents(of: number) {
                graph.latest[number] = max(graph.latest[number], graph.latest[Int(parent)])
            }
        }
        return (commits, graph)
    }

    private func parents(of commit: Int) -> ArraySlice<UInt32> {
        parents[(commit == 0 ? 0 : Int(ends[commit - 1]))..<Int(ends[commit])]
    }

    /// What holds commits: the newest `last`, and those made after `since`; the tip in any case.
    struct Reach: Sendable {
        var last = 0
        var since = Int.max
    }

    /// The commits of `tip` that are held, in the order of `git log`: of those that may come next, the youngest first.
    func held(from tip: Int, _ reach: Reach) -> [Int] {
        var held: [Int] = [], queue = Queue(), seen: Set<Int> = [tip]
        queue.push(tip, time: times[tip])
        var place = 0
        while let commit = queue.pop() {
            if place < max(1, reach.last) || times[commit] > reach.since { held.append(commit) }
            place += 1
            for parent in parents(of: commit) {
                let parent = Int(parent)
                guard place < reach.last || latest[parent] > reach.since, seen.insert(parent).inserted else { continue }
                queue.push(parent, time: times[parent])
            }
        }
        return held
    }

    /// Shows `visit` the commits of `tip` in the order of `git log`, and of others than those made after `since` as few
    /// as possible, until it has seen enough.
    ///
    /// - Parameters:
    ///   - tip: Where to begin.
    ///   - since: The time.
    ///   - isWanted: Whether a commit, or one that it comes from, matters at all.
    ///   - visit: Takes a commit, and says whether to go on.
    func walk(from tip: Int, since: Int, _ isWanted: (Int) -> Bool, _ visit: (Int) -> Bool) {
        guard isWanted(tip) else { return }
        var queue = Queue(), seen: Set<Int> = [tip]
        queue.push(tip, time: times[tip])
        while let commit = queue.pop(), visit(commit) {
            for parent in parents(of: commit) {
                let parent = Int(parent)
                guard latest[parent] > since, isWanted(parent), seen.insert(parent).inserted else { continue }
                queue.push(parent, time: times[parent])
            }
        }
    }

    /// Whether each commit is marked, or comes from one that is.
    func leading(to marked: Set<Int>) -> [Bool] {
        var leads = Array(repeating: false, count: times.count)
        for commit in times.indices.reversed() {
            leads[commit] = marked.contains(commit) || parents(of: commit).contains { leads[Int($0)] }
        }
        return leads
    }

    /// For each commit that was made after `since` and leads to one of `tips`, the place of one such tip.
    ///
    /// As if ``held(from:_:)`` was asked for each tip, but in one go.
    func young(from tips: [Int], since: Int) -> [Int: Int] {
        var found: [Int: Int] = [:], seen: Set<Int> = []
        for (place, tip) in tips.enumerated() where latest[tip] > since {
            var open = seen.insert(tip).inserted ? [tip] : []
            while let commit = open.popLast() {
                if times[commit] > since { found[commit] = place }
                for parent in parents(of: commit) where latest[Int(parent)] > since {
                    if seen.insert(Int(parent)).inserted { open.append(Int(parent)) }
                }
            }
        }
        return found
    }

    /// Commits with the youngest first, and of the same age that which came first.
    private struct Queue {
        private var heap: [(time: Int, order: Int, commit: Int)] = []
        private var order = 0

        private func isBefore(_ first: Int, _ second: Int) -> Bool {
            (-heap[first].time, heap[first].order) < (-heap[second].time, heap[second].order)
        }

        mutating func push(_ commit: Int, time: Int) {
            // Times are what somebody wrote down; the least cannot be turned round.
            heap.append((max(time, -Int.max), order, commit))
            order += 1
            var place = heap.count - 1
            while place > 0, isBefore(place, (place - 1) / 2) {
                heap.swapAt(place, (place - 1) / 2)
                place = (place - 1) / 2
            }
        }

        mutating func pop() -> Int? {
            guard let first = heap.first else { return nil }
            let end = heap.removeLast()
            guard !heap.isEmpty else { return first.commit }
            heap[0] = end
            var place = 0
            while true {
                var least = place
                for child in [2 * place + 1, 2 * place + 2] where child < heap.count && isBefore(child, least) {
                    least = child
                }
                if least == place { return first.commit }
                heap.swapAt(place, least)
                place = least
            }
        }
    }
}
