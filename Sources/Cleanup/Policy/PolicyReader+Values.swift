internal import POSIX
internal import YAML

// Single values, and what is wrong with them.
extension PolicyReader {
    /// The members of a mapping, all of them known ones.
    struct Fields {
        fileprivate let members: [YAMLNode.Member]

        var isEmpty: Bool { members.isEmpty }

        subscript(key: String) -> YAMLNode? { members.first { $0.key == key }?.value }
    }

    func fields(of node: YAMLNode, _ name: String, _ keys: [String]) throws(CleanupError) -> Fields {
        guard case .mapping(let members) = node.content else {
            throw error(
                node, "\(name) is made of keys and values", hint: "its keys are \(keys.joined(separator: ", "))")
        }
        for member in members where !keys.contains(member.key) {
            let key = member.key.unicodeScalars.count > 40 ? "\(member.key.prefix(40))…" : member.key
            throw error(
                at: member.position, "\(name) has no key \(YAMLNode.quoted(key))",
                hint: Self.nearest(to: member.key, in: keys).map { "did you mean \($0)?" }
                    ?? "its keys are \(keys.joined(separator: ", "))")
        }
        return Fields(members: members)
    }

    func error(_ node: YAMLNode, _ text: String, hint: String? = nil) -> CleanupError {
        error(at: node.position, text, hint: hint)
    }

    private func error(at place: YAMLNode.Position, _ text: String, hint: String?) -> CleanupError {
        CleanupError(.badData, "\(file):\(place.line):\(place.column): \(text)", hint: hint)
    }

    /// What `body` makes; an error of it gets the place of `node`.
    func at<Value>(
        _ node: YAMLNode, _ body: () throws(CleanupError) -> Value
    ) throws(CleanupError) -> Value {
        do throws(CleanupError) {
            return try body()
        } catch {
            throw self.error(node, error.text, hint: error.hint)
        }
    }

    func list(_ node: YAMLNode, _ key: String) throws(CleanupError) -> [YAMLNode] {
        guard case .sequence(let nodes) = node.content else {
            throw error(node, "\(key) is a list", hint: "each of its lines begins with \"- \"; [] is an empty one")
        }
        return nodes
    }

    /// The rules in the list `key`; none where it is not there.
    func rules(_ fields: Fields, _ key: String) throws(CleanupError) -> [YAMLNode] {
        guard let node = fields[key] else { return [] }
        let rules = try list(node, key)
        guard rules.count <= RepositoryPolicy.ruleLimit else {
            throw error(node, "\(key) has more than \(RepositoryPolicy.ruleLimit) rules")
        }
        return rules
    }

    func text(_ node: YAMLNode, _ key: String, canBeEmpty: Bool = false) throws(CleanupError) -> String {
        guard case .scalar(let text, _) = node.content else { throw error(node, "\(key) is a text") }
        guard !node.isNull else { throw error(node, "\(key) has no value") }
        guard canBeEmpty || !text.isEmpty else { throw error(node, "\(key) is empty") }
        guard !text.utf8.contains(0) else { throw error(node, "\(key) has a NUL in it") }
        return text
    }

    /// One text, or a list of some.
    func texts(_ node: YAMLNode, _ key: String) throws(CleanupError) -> [(YAMLNode, String)] {
        guard case .sequence(let nodes) = node.content else { return [(node, try text(node, key))] }
        guard !nodes.isEmpty else { throw error(node, "\(key): the list is empty") }
        var texts: [(YAMLNode, String)] = []
        for node in nodes { texts.append((node, try text(node, key))) }
        return texts
    }

    func patterns(
        _ node: YAMLNode, _ key: String, for names: TextPattern.Names = .text
    ) throws(CleanupError) -> [TextPattern] {
        var patterns: [TextPattern] = []
        for (node, text) in try texts(node, key) {
            patterns.append(try at(node) { () throws(CleanupError) in try TextPattern(text, for: names) })
        }
        return patterns
    }

    func duration(_ node: YAMLNode, _ key: String) throws(CleanupError) -> Int {
        let text = try text(node, key)
        guard let seconds = DurationText.seconds(text) else {
            throw error(
                node, "\(key): \(YAMLNode.quoted(text)) is no length of time of at most ten years",
                hint: "such as 30m, 12h, 14d, 2w or 1d12h")
        }
        return seconds
    }

    func count(_ node: YAMLNode, _ key: String) throws(CleanupError) -> Int {
        guard case .scalar(let text, isQuoted: false) = node.content, let number = RepositoryPolicy.count(text) else {
            throw error(node, "\(key) is a number from 1 to \(RepositoryPolicy.countLimit), without quotes")
        }
        return number
    }

    func deletionLimit(_ node: YAMLNode) throws(CleanupError) -> RepositoryPolicy.DeletionLimit {
        let text = try text(node, "max-delete")
        let isNumberInQuotes = node.content == .scalar(text, isQuoted: true) && text.utf8.last != UInt8(ascii: "%")
        guard !isNumberInQuotes, let limit = RepositoryPolicy.DeletionLimit(text) else {
            throw error(node, "max-delete is a number of tags, or a share from 0% to 100%", hint: "such as 500 or 30%")
        }
        return limit
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ node: YAMLNode, _ key: String
    ) throws(CleanupError) -> Choice {
        let text = try text(node, key)
        guard let choice = Choice(rawValue: text) else {
            throw error(
                node, "\(key): \(YAMLNode.quoted(text)) is none of its values",
                hint: "it is \(Choice.allCases.map(\.rawValue).joined(separator: " or "))")
        }
        return choice
    }

    /// The one of `keys` that `text` is a slip of the hand for.
    private static func nearest(to text: String, in keys: [String]) -> String? {
        guard text.utf8.count <= 32 else { return nil }
        let typed = Array(text.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 })
        let distances = keys.map { (key: $0, distance: distance(typed, Array($0.utf8))) }
        guard let nearest = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return nearest.distance <= max(1, nearest.key.utf8.count / 3) ? nearest.key : nil
    }

    /// How many bytes have to be changed, added or taken away to make one of the other.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (index, byte) in first.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in second.indices {
                let above = row[column + 1]
                row[column + 1] = min(above + 1, row[column] + 1, diagonal + (byte == second[column] ? 0 : 1))
                diagonal = above
            }
        }
        return row[second.count]
    }
}
