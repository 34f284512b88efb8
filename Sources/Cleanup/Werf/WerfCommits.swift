/// The commits that werf's policies hold, for each image.
struct WerfCommits {
    private let history: GitHistory
    private let now: Int
    /// For each commit, the images with the stages that were built from it.
    private var built: [Int: [(image: String, stage: String)]] = [:]
    private var numbers: [GitObject: Int] = [:]
    private var images: Set<String> = []

    /// A record, as far as it holds.
    struct Record: Hashable {
        let image: String, stage: String
        let commit: Int
    }

    init(_ history: GitHistory, now: Int) {
        self.history = history
        self.now = now
        for (number, commit) in history.commits.enumerated() { numbers[commit] = number }
    }

    /// Adds a record that says of what commit an image is.
    mutating func add(image: String, commit: GitObject, stage: String) {
        guard let number = numbers[commit] else { return }
        built[number, default: []].append((image, stage))
        images.insert(image)
    }

    /// The record of these, where the history has the commit.
    func record(image: String, commit: GitObject, stage: String) -> Record? {
        numbers[commit].map { Record(image: image, stage: stage, commit: $0) }
    }

    /// The records that `policies` hold.
    ///
    /// - Throws: `CleanupError` where a pattern takes too long.
    func held(by policies: [WerfKeepPolicy]) throws(CleanupError) -> Set<Record> {
        // As werf does it: of the policies for one branch, the last counts.
        var limits: [Int: WerfKeepPolicy.Limit] = [:]
        for policy in policies {
            for ref in try selected(by: policy) { limits[ref] = policy.images }
        }
        let leads = history.graph?.leading(to: Set(built.keys)) ?? []
        var held: Set<Record> = []
        for (ref, limit) in limits { add(history.refs[ref], limit, leads, to: &held) }
        return held
    }

    /// The places of the branches or tags that a policy is about.
    private func selected(by policy: WerfKeepPolicy) throws(CleanupError) -> [Int] {
        var places: [Int] = []
        for (place, ref) in history.refs.enumerated() where ref.isTag == policy.isAboutTags {
            if try policy.name.matches(ref.name.span) { places.append(place) }
        }
        places.sort { (-history.refs[$0].made, $0) < (-history.refs[$1].made, $1) }
        let limit = policy.references
        return places.enumerated().filter { limit.holds(place: $0.offset, age: now - history.refs[$0.element].made) }
            .map(\.element)
    }

    /// Adds the records of one branch or tag: of each image the newest.
    private func add(
        _ ref: GitHistory.Ref, _ limit: WerfKeepPolicy.Limit, _ leads: [Bool], to held: inout Set<Record>
    ) {
        var counts: [String: Int] = [:], reached: Set<String> = [], full = 0
        func visit(_ commit: Int) -> Bool {
            let age = now - (history.graph?.times[commit] ?? ref.made)
            var counted: Set<String> = []
            for (image, stage) in built[commit] ?? [] {
                // What has been built again without a change is the same image.
                let isNew = !reached.contains("\(image) \(stage)")
                guard !isNew || limit.holds(place: counts[image] ?? 0, age: age) else { continue }
                held.insert(Record(image: image, stage: stage, commit: commit))
                reached.insert("\(image) \(stage)")
                if isNew { counted.insert(image) }
            }
            for image in counted {
                counts[image, default: 0] += 1
                if counts[image] == limit.last { full += 1 }
            }
            return limit.within != nil && limit.isEither || full < images.count
        }
        guard !ref.isTag, let graph = history.graph else {
            _ = visit(ref.tip)
            return
        }
        let needsOld = limit.within == nil || limit.isEither && limit.last != nil
        let since = needsOld ? Int.min : limit.within.map { now - $0 } ?? .min
        graph.walk(from: ref.tip, since: since, { leads[$0] }, visit)
    }
}

extension WerfKeepPolicy.Limit {
    /// Whether what is at `place` among the newest, counted from 0, and `age` seconds old is in the limit.
    func holds(place: Int, age: Int) -> Bool {
        let isAmongLast = last.map { place < $0 }, isYoung = within.map { age < $0 }
        guard let isAmongLast, let isYoung else { return isAmongLast ?? isYoung ?? true }
        return isEither ? isAmongLast || isYoung : isAmongLast && isYoung
    }
}
