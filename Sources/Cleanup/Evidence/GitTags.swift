internal import POSIX

extension GitHistory {
    /// What of a repository's tags `rule` holds.
    ///
    /// - Parameters:
    ///   - rule: The rule; the commits must have been read where it needs them.
    ///   - now: The time, in seconds since 1970.
    /// - Returns: What says of a tag whether a branch or git tag holds it.
    /// - Throws: `CleanupError` where a pattern takes too long, the patterns select nothing, or the commits have not been
    ///   read.
    public func holds(_ rule: GitRule, now: Int) throws(CleanupError) -> any GitHolds {
        if rule.needsCommits { try checkCommits() }
        var selected: [Ref] = []
        // A form for git's tags asks for these, where nothing else does.
        let isForAll = rule.branches.isEmpty && rule.tags.isEmpty
        for ref in refs {
            let patterns = ref.isTag ? rule.tags : rule.branches
            let isWanted =
                isForAll
                ? ref.isTag == rule.form.isAboutTags
                : try patterns.hasMatch(ref.name.span)
            if isWanted { selected.append(ref) }
        }
        guard isForAll || !selected.isEmpty else { throw nothing(of: rule) }
        let reach = GitGraph.Reach(last: rule.last ?? 0, since: rule.within.map { now - $0 } ?? .max)
        return GitTags(rule.form, selected, in: self, reach)
    }
}

extension GitHistory {
    /// The error for a rule that was written for other branches: without it, all their images would go.
    private func nothing(of rule: GitRule) -> CleanupError {
        func list(_ areTags: Bool) -> String {
            let names = refs.filter { $0.isTag == areTags }.map { Shown.unquoted($0.name) }.sorted()
            let some = names.prefix(5).joined(separator: ", ")
            return names.isEmpty ? "none" : names.count > 5 ? "\(some) and \(names.count - 5) more" : some
        }
        var there: [String] = []
        if !rule.branches.isEmpty { there.append("branches: \(list(false))") }
        if !rule.tags.isEmpty { there.append("tags: \(list(true))") }
        let patterns = (rule.branches + rule.tags).map { Shown.name($0.text) }.joined(separator: ", ")
        return CleanupError(
            .badConfiguration, "nothing in git matches \(patterns), so the rule would hold no image",
            hint: "there are these \(there.joined(separator: "; "))")
    }

    /// Refuses a history without ancestry, by which too few commits would hold images.
    func checkCommits() throws(CleanupError) {
        guard graph == nil, !refs.isEmpty else { return }
        throw CleanupError(.badConfiguration, "the commits behind branches and tags are asked for, and were not read")
    }
}

/// The tags that a rule for git holds.
struct GitTags: GitHolds {
    private let form: TagForm
    private let refs: [GitHistory.Ref]
    private let graph: GitGraph?
    private let reach: GitGraph.Reach
    private let names: GitNameTable
    private let index: GitIndex
    /// For each commit that is held, a reference that holds it; where the form has no place for a name.
    private let holders: [Int: Int]
    /// The commits of references that have been asked for.
    private let memory = Locked(Memory())

    /// What has been found out about references: a tag's neighbours mostly have the same branch.
    private struct Memory {
        var held: [Int: Set<Int>] = [:]
        var size = 0

        /// More commits than this are forgotten again.
        static let limit = 4_000_000
    }

    init(_ form: TagForm, _ refs: [GitHistory.Ref], in history: GitHistory, _ reach: GitGraph.Reach) {
        self.form = form
        self.refs = refs
        self.reach = reach
        graph = reach.last > 0 || reach.since < .max ? history.graph : nil
        var names = GitNameTable()
        if form.hasName { for (place, ref) in refs.enumerated() { names.add(ref.name, place) } }
        self.names = names
        index = GitIndex(form.hasCommit ? history.commits : [])
        holders = form.hasName || !form.hasCommit ? [:] : Self.holders(of: refs, graph, reach)
    }

    private static func holders(
        of refs: [GitHistory.Ref], _ graph: GitGraph?, _ reach: GitGraph.Reach
    ) -> [Int: Int] {
        var holders: [Int: Int] = [:]
        for (place, ref) in refs.enumerated() where holders[ref.tip] == nil { holders[ref.tip] = place }
        guard let graph else { return holders }
        if reach.last > 1 {
            for (place, ref) in refs.enumerated() {
                for commit in graph.held(from: ref.tip, .init(last: reach.last)) where holders[commit] == nil {
                    holders[commit] = place
                }
            }
        }
        if reach.since < .max {
            holders.merge(graph.young(from: refs.map(\.tip), since: reach.since)) { (known, _) in known }
        }
        return holders
    }

    func holder(of name: Span<UInt8>) -> String? {
        ref(Match(), of: name).map { refs[$0].text }
    }

    /// What has been found in a tag so far.
    private struct Match {
        var piece = 0, position = 0
        var name: Int?
        var commit: GitPrefix?
    }

    /// The place of a reference that holds the tag, whose beginning is matched already.
    private func ref(_ match: Match, of tag: Span<UInt8>) -> Int? {
        guard match.piece < form.pieces.count else {
            return match.position == tag.count ? holder(match) : nil
        }
        var next = match
        next.piece += 1
        switch form.pieces[match.piece] {
        case .literal(let bytes):
            guard tag.count - match.position >= bytes.count else { return nil }
            for (offset, byte) in bytes.enumerated() where tag[match.position + offset] != byte { return nil }
            next.position += bytes.count
            return ref(next, of: tag)
        case .anything:
            // From the end: mostly nothing comes behind it.
            for end in (match.position...tag.count).reversed() {
                next.position = end
                if let found = ref(next, of: tag) { return found }
            }
        case .name:
            var hash = GitNameTable.Hash()
            for end in match.position..<tag.count {
                hash.add(tag[end])
                guard canContinue(next.piece, at: end + 1, of: tag) else { continue }
                guard let name = names.find(tag, match.position, end + 1, hash) else { continue }
                next.position = end + 1
                next.name = name
                if let found = ref(next, of: tag) { return found }
            }
        case .commit:
            var prefix = GitPrefix()
            for place in match.position..<min(tag.count, match.position + 64) {
                guard let digit = tag[place].hexadecimalDigit else { break }
                prefix.append(digit)
                guard prefix.count >= GitPrefix.shortest else { continue }
                next.position = place + 1
                next.commit = prefix
                if let found = ref(next, of: tag) { return found }
            }
        }
        return nil
    }

    /// Whether a piece may begin at `position`, by a look at one byte.
    private func canContinue(_ piece: Int, at position: Int, of tag: Span<UInt8>) -> Bool {
        guard piece < form.pieces.count else { return position == tag.count }
        guard case .literal(let bytes) = form.pieces[piece] else { return true }
        return position < tag.count && tag[position] == bytes[0]
    }

    private func holder(_ match: Match) -> Int? {
        guard let name = match.name else {
            return match.commit.flatMap { index.first($0) { holders[$0] } }
        }
        let candidates = names.refs[name]
        guard let commit = match.commit else { return candidates.first }
        return index.first(commit) { number in candidates.first { isHeld(number, by: $0) } }
    }

    private func isHeld(_ commit: Int, by ref: Int) -> Bool {
        let tip = refs[ref].tip
        if commit == tip { return true }
        guard let graph else { return false }
        return memory.withLock { memory in
            if let held = memory.held[ref] { return held.contains(commit) }
            let held = Set(graph.held(from: tip, reach))
            if memory.size + held.count > Memory.limit { memory = Memory() }
            memory.held[ref] = held
            memory.size += held.count
            return held.contains(commit)
        }
    }
}
