internal import YAML

/// What a `werf.yaml` says about cleaning up.
///
/// werf makes the file from a template, and berth does not: what it reads must stand there as it is meant.
public enum WerfConfig {
    /// Reads `cleanup` of a `werf.yaml`.
    ///
    /// - Parameters:
    ///   - text: The file.
    ///   - file: Its name, for people.
    /// - Returns: The policy; werf's standard where the file says nothing.
    /// - Throws: `CleanupError`: `badData` where it cannot be read, `badConfiguration` where it switches the cleanup off.
    public static func policy(_ text: [UInt8], file: String) throws(CleanupError) -> WerfPolicy {
        guard let block = try WerfConfigReader.block(of: text, file: file) else { return try .standard() }
        let root: YAMLNode
        do throws(YAMLError) { root = try YAMLNode(parsing: block) } catch {
            throw CleanupError(.badData, "\(file): cleanup cannot be read: \(error.reason) at line \(error.line)")
        }
        return try WerfConfigReader(file: file).policy(root)
    }
}

private struct WerfConfigReader {
    let file: String

    private static let hint = "write cleanup without templates, or a policy for berth in the place of it"

    /// The lines of `cleanup`, all others made empty so that places stay right; `nil` where there is none.
    ///
    /// The rest of the file is no YAML before werf has worked on it.
    static func block(of text: [UInt8], file: String) throws(CleanupError) -> [UInt8]? {
        var block: [ArraySlice<UInt8>] = [], isInside = false, count = 0, isTemplate = false, depth = 0
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let words = String(decoding: line, as: UTF8.self)
            // What a template puts there may belong to what stands before it.
            if let first = line.first, !" #{\r".utf8.contains(first) {
                isInside = words.hasPrefix("cleanup:")
                if isInside { count += 1 }
            }
            if words.contains("{{") {
                depth += change(ofDepth: words)
                isTemplate = isTemplate || isInside || words.contains("cleanup")
            }
            isTemplate = isTemplate || isInside && depth != 0
            block.append(isInside ? line : [])
        }
        guard !isTemplate else {
            throw CleanupError(
                .badData, "\(file): cleanup is made by a template, which berth does not execute", hint: hint)
        }
        guard count <= 1 else { throw CleanupError(.badData, "\(file): cleanup is there twice", hint: hint) }
        return count == 1 ? Array(block.joined(separator: [UInt8(ascii: "\n")])) : nil
    }

    /// By how many a line of a template has more parts that depend on something beginning than ending.
    private static func change(ofDepth line: String) -> Int {
        var change = 0
        for word in line.split(whereSeparator: { "{}- ".contains($0) }) {
            if ["if", "range", "with", "define", "block"].contains(word) { change += 1 }
            if word == "end" { change -= 1 }
        }
        return change
    }

    private func error(_ node: YAMLNode, _ text: String) -> CleanupError {
        CleanupError(.badData, "\(file):\(node.position.line):\(node.position.column): \(text)", hint: Self.hint)
    }

    /// The members of a mapping, all of them among `keys`.
    private func fields(_ node: YAMLNode, _ keys: [String]) throws(CleanupError) -> [String: YAMLNode] {
        if node.isNull { return [:] }
        guard case .mapping(let members) = node.content else { throw error(node, "this is made of keys and values") }
        var fields: [String: YAMLNode] = [:]
        for member in members {
            guard keys.contains(member.key) else {
                throw error(node, "berth does not know \(Shown.name(member.key)) here")
            }
            fields[member.key] = member.value
        }
        return fields
    }

    private func text(_ node: YAMLNode) throws(CleanupError) -> String {
        guard case .scalar(let text, _) = node.content, !node.isNull else { throw error(node, "this is a text") }
        return text
    }

    private func number(_ node: YAMLNode, from least: Int) throws(CleanupError) -> Int {
        guard let number = Int(try text(node)), (least...1_000_000).contains(number) else {
            throw error(node, "this is a number from \(least)")
        }
        return number
    }

    private func isOn(_ node: YAMLNode?) throws(CleanupError) -> Bool {
        guard let node else { return false }
        switch try text(node) {
        case "true": return true
        case "false": return false
        default: throw error(node, "this is true or false")
        }
    }

    func policy(_ root: YAMLNode) throws(CleanupError) -> WerfPolicy {
        guard let node = try fields(root, ["cleanup"])["cleanup"] else { return try .standard() }
        let fields = try fields(
            node,
            [
                "disable", "disableCleanup", "disableKubernetesBasedPolicy", "disableGitHistoryBasedPolicy",
                "disableBuiltWithinLastNHoursPolicy", "keepImagesBuiltWithinLastNHours", "keepPolicies",
            ])
        let isOff = try isOn(fields["disable"]), isOffToo = try isOn(fields["disableCleanup"])
        if isOff || isOffToo {
            throw CleanupError(.badConfiguration, "\(file) switches the cleanup off (cleanup.disable)")
        }
        if try isOn(fields["disableGitHistoryBasedPolicy"]) {
            throw CleanupError(
                .badConfiguration,
                "\(file) switches the policy by git's history off, and without it every image would go",
                hint: "write a policy for berth that says what stays")
        }
        var policy = try WerfPolicy.standard()
        policy.usesKubernetes = !(try isOn(fields["disableKubernetesBasedPolicy"]))
        if let hours = fields["keepImagesBuiltWithinLastNHours"] {
            policy.builtWithin = try number(hours, from: 0) * 3600
        }
        if try isOn(fields["disableBuiltWithinLastNHoursPolicy"]) { policy.builtWithin = 0 }
        guard let list = fields["keepPolicies"], !list.isNull else { return policy }
        guard case .sequence(let nodes) = list.content else { throw error(list, "keepPolicies is a list") }
        if nodes.isEmpty { return policy }
        policy.keep = []
        for node in nodes { policy.keep.append(try keepPolicy(node)) }
        return policy
    }

    private func keepPolicy(_ node: YAMLNode) throws(CleanupError) -> WerfKeepPolicy {
        let parts = try fields(node, ["references", "imagesPerReference"])
        guard let references = parts["references"] else { throw error(node, "a policy has references") }
        let about = try fields(references, ["branch", "tag", "limit"])
        guard (about["branch"] == nil) != (about["tag"] == nil), let name = about["branch"] ?? about["tag"] else {
            throw error(references, "references have either a branch or a tag")
        }
        var images = WerfKeepPolicy.Limit(last: 1)
        if let node = parts["imagesPerReference"] { images = try limit(node) }
        return WerfKeepPolicy(
            isAboutTags: about["tag"] != nil, name: try pattern(name),
            references: try about["limit"].map { (node) throws(CleanupError) in try limit(node) } ?? .init(),
            images: images)
    }

    /// A name, or an expression between slashes, which werf puts between `^` and `$` as it is.
    private func pattern(_ node: YAMLNode) throws(CleanupError) -> TextPattern {
        let text = try text(node)
        do throws(CleanupError) {
            if text.utf8.count > 2, text.hasPrefix("/"), text.hasSuffix("/") {
                return try TextPattern("/^\(text.dropFirst().dropLast())$/")
            }
            var plain = ""
            for character in text {
                if "*?[]{}\\!,".contains(character) { plain += "\\" }
                plain.append(character)
            }
            return try TextPattern(plain)
        } catch {
            throw self.error(node, error.text)
        }
    }

    private func limit(_ node: YAMLNode) throws(CleanupError) -> WerfKeepPolicy.Limit {
        let fields = try fields(node, ["last", "in", "operator"])
        var limit = WerfKeepPolicy.Limit()
        if let last = fields["last"] {
            let number = try number(last, from: -1)
            limit.last = number == -1 ? nil : number
        }
        if let within = fields["in"] { limit.within = try duration(within) }
        if let node = fields["operator"] {
            let name = try text(node)
            guard ["And", "Or"].contains(name) else { throw error(node, "operator is And or Or") }
            // All, or those of some time, are all.
            limit.isEither = name == "Or"
            if limit.isEither, limit.last == nil, fields["last"] != nil { limit.within = nil }
        }
        return limit
    }

    /// `168h`, `1h30m`.
    private func duration(_ node: YAMLNode) throws(CleanupError) -> Int {
        var seconds = 0, digits = ""
        for character in try text(node) {
            guard let unit = ["h": 3600, "m": 60, "s": 1][character] else {
                digits.append(character)
                continue
            }
            guard let number = Int(digits), (0...10_000_000).contains(number) else {
                throw error(node, "this is a duration")
            }
            seconds += number * unit
            digits = ""
        }
        guard digits.isEmpty, seconds > 0 else { throw error(node, "this is a duration, such as 168h") }
        return seconds
    }
}
