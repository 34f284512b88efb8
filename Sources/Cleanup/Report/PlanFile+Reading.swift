internal import JSON
internal import Registry

extension PlanFile {
    /// Reads a plan.
    ///
    /// What is not understood to its last member is refused, since half a plan may be a wrong one.
    ///
    /// - Parameters:
    ///   - text: What stands in the file.
    ///   - path: The file's name, for errors.
    /// - Throws: `CleanupError` of the kind `badData`.
    public init(parsing text: [UInt8], path: String) throws(CleanupError) {
        let root: JSONNode
        do {
            root = try JSONNode(parsing: text)
        } catch {
            throw Self.error(path, "\(error)")
        }
        do throws(PlanFault) {
            try self.init(root)
        } catch {
            throw Self.error(path, error.text)
        }
    }

    private init(_ root: JSONNode) throws(PlanFault) {
        // Before anything else: another version may have other members.
        guard let version = root.member("berthPlan") else { throw PlanFault("it is no plan of berth's") }
        guard version.integer == Self.version else {
            throw PlanFault("it is of another version than \(Self.version), which this berth reads")
        }
        let object = try StrictObject(root, "", ["berthPlan", "createdAt", "repositories"])
        time = try object.time("createdAt")
        var parts: [Part] = []
        var seen: Set<Repository> = []
        try object.forEach("repositories") { node, place throws(PlanFault) in
            let part = try Part(node, place)
            guard seen.insert(part.view.repository).inserted else {
                throw PlanFault("\(place): \(part.view.repository) is there twice")
            }
            parts.append(part)
        }
        self.parts = parts
    }

    private static func error(_ path: String, _ text: String) -> CleanupError {
        CleanupError(
            .badData, "the plan \(path.visible) cannot be used: \(text.visible)",
            hint: "make it again with --plan-out; a plan is not meant to be changed by hand")
    }
}

/// What is wrong with a plan.
private struct PlanFault: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

extension PlanFile.Part {
    private static let members = [
        "repository", "implementation", "time", "tagsKept", "bytesFreed", "policy", "tags", "manifests",
    ]

    fileprivate init(_ node: JSONNode, _ place: String) throws(PlanFault) {
        let object = try StrictObject(node, place, Self.members)
        let name = try object.string("repository")
        guard let repository = try? Repository(name), repository.description == name else {
            throw object.fault("repository", "is not a repository's name")
        }
        guard let basis = RepositoryPolicy.TimeBasis(rawValue: try object.string("time")) else {
            throw object.fault("time", "is neither created nor pushed")
        }
        var rules: [PlanView.Rule] = []
        try object.forEach("policy") { node, place throws(PlanFault) in
            let rule = try StrictObject(node, place, ["rule", "source"])
            rules.append(PlanView.Rule(name: try rule.string("rule"), source: try rule.string("source")))
        }
        var reader = RowReader(rules: Set(rules.map(\.name)))
        reader.rows.bytesFreed = try object.count("bytesFreed")
        try object.forEach("tags") { node, place throws(PlanFault) in try reader.addTag(node, place) }
        try object.forEach("manifests") { node, place throws(PlanFault) in try reader.addManifest(node, place) }
        view = PlanView(
            repository, implementation: try object.string("implementation"), rules: rules, time: basis,
            rows: reader.rows, tagsElsewhere: try object.count("tagsKept"))
        order = reader.rows.order
    }
}

/// Reads the rows of one repository.
private struct RowReader {
    let rules: Set<String>
    var rows = FiledRows()
    private var seen: Set<Reference> = []

    init(rules: Set<String>) {
        self.rules = rules
    }

    mutating func addTag(_ node: JSONNode, _ place: String) throws(PlanFault) {
        let members = ["name", "digest", "after", "rule", "reason", "createdAt", "pushedAt", "size"]
        let object = try StrictObject(node, place, members, optional: ["after"])
        guard let tag = try? Tag(try object.string("name")) else { throw object.fault("name", "is not a tag") }
        let step = DeletionOrder.Step(
            .tag(tag), expected: try object.digest("digest"), after: try object.optionalDigest("after"))
        rows.tags.append(try entry(step, object))
        rows.tagFacts.append(
            FiledRows.TagFacts(
                created: try object.optionalTime("createdAt"), pushed: try object.optionalTime("pushedAt"),
                size: try object.optionalCount("size")))
    }

    mutating func addManifest(_ node: JSONNode, _ place: String) throws(PlanFault) {
        let object = try StrictObject(node, place, ["digest", "after", "rule", "reason"], optional: ["after"])
        let step = DeletionOrder.Step(.digest(try object.digest("digest")), after: try object.optionalDigest("after"))
        rows.manifests.append(try entry(step, object))
    }

    private mutating func entry(
        _ step: DeletionOrder.Step, _ object: StrictObject
    ) throws(PlanFault) -> FiledRows.Entry {
        guard seen.insert(step.reference).inserted else {
            throw PlanFault("\(object.place): \(step.reference) is there twice")
        }
        let rule = try object.optionalString("rule")
        guard rule.map({ rules.contains($0) }) ?? true else { throw object.fault("rule", "is none of the policy's") }
        return FiledRows.Entry(step: step, cause: rows.place(rule: rule, reason: try object.string("reason")))
    }
}

/// An object of which every member must be there once, and no other.
private struct StrictObject {
    /// Where it stands: `repositories[0].tags[2]`.
    let place: String
    private var members: [String: JSONNode] = [:]

    init(
        _ node: JSONNode, _ place: String, _ names: [String], optional: Set<String> = []
    ) throws(PlanFault) {
        self.place = place
        guard node.isObject else { throw PlanFault("\(place) is not an object") }
        var found: [String: JSONNode] = [:]
        try node.forEachMember { name, value throws(PlanFault) in
            guard names.contains(name) else { throw Self.fault(place, name, "is not known") }
            guard found.updateValue(value, forKey: name) == nil else { throw Self.fault(place, name, "is there twice") }
        }
        members = found
        for name in names where !optional.contains(name) && members[name] == nil {
            throw fault(name, "is missing")
        }
    }

    func fault(_ name: String, _ text: String) -> PlanFault { Self.fault(place, name, text) }

    private static func fault(_ place: String, _ name: String, _ text: String) -> PlanFault {
        PlanFault("\(place)\(place.isEmpty ? "" : ".")\(name) \(text)")
    }

    func forEach(_ name: String, _ body: (JSONNode, String) throws(PlanFault) -> Void) throws(PlanFault) {
        guard let node = members[name], node.isArray else { throw fault(name, "is not an array") }
        var index = 0
        try node.forEachElement { element throws(PlanFault) in
            try body(element, "\(place)\(place.isEmpty ? "" : ".")\(name)[\(index)]")
            index += 1
        }
    }

    func optionalString(_ name: String) throws(PlanFault) -> String? {
        guard let node = members[name], !node.isNull else { return nil }
        guard let text = node.string else { throw fault(name, "is not text") }
        return text
    }

    func string(_ name: String) throws(PlanFault) -> String {
        guard let text = try optionalString(name) else { throw fault(name, "is not text") }
        return text
    }

    func optionalDigest(_ name: String) throws(PlanFault) -> Digest? {
        guard let text = try optionalString(name) else { return nil }
        guard let digest = Digest(text) else { throw fault(name, "is not a digest") }
        return digest
    }

    func digest(_ name: String) throws(PlanFault) -> Digest {
        guard let digest = try optionalDigest(name) else { throw fault(name, "is not a digest") }
        return digest
    }

    func optionalTime(_ name: String) throws(PlanFault) -> Int? {
        guard let text = try optionalString(name) else { return nil }
        guard let time = Timestamp(text) else { throw fault(name, "is not a time") }
        return time.secondsSince1970
    }

    func time(_ name: String) throws(PlanFault) -> Timestamp {
        guard let time = Timestamp(try string(name)) else { throw fault(name, "is not a time") }
        return time
    }

    func optionalCount(_ name: String) throws(PlanFault) -> Int? {
        guard let node = members[name], !node.isNull else { return nil }
        guard let number = node.integer, number >= 0 else { throw fault(name, "is not a number from 0 on") }
        return number
    }

    func count(_ name: String) throws(PlanFault) -> Int {
        guard let number = try optionalCount(name) else { throw fault(name, "is not a number from 0 on") }
        return number
    }
}
