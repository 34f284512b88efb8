public import JSON

/// A job's environment, with a named placeholder in the place of every secret.
public struct Snapshot: Equatable, Sendable {
    /// The CI system's name, such as `gitlab`.
    public var system: String
    /// When it was made, by RFC 3339.
    public var createdAt: String
    /// The variables, sorted by their names.
    public var variables: [JobVariable]
    /// The names of the placeholders that stand in values, sorted.
    public var secrets: [String]

    /// A snapshot of these variables, whose placeholders are called as `secrets` are.
    public init(system: String, createdAt: String, variables: [JobVariable], secrets: [String]) {
        self.system = system
        self.createdAt = createdAt
        self.variables = variables
        self.secrets = secrets
    }

    /// What stands for the secret `name`.
    static func placeholder(_ name: String) -> String { "{{\(name)}}" }
}

extension Snapshot {
    /// The snapshot as a document: see docs/reproduce.md.
    public var json: JSONValue {
        var values = JSONObject()
        for variable in variables { values[variable.name] = .string(variable.value) }
        return [
            "version": 1, "system": .string(system), "createdAt": .string(createdAt), "variables": .object(values),
            "secrets": .array(secrets.map(JSONValue.string)),
        ]
    }

    /// Reads what ``json`` wrote.
    ///
    /// - Parameters:
    ///   - text: The document.
    ///   - name: What errors call it.
    /// - Throws: `CIEnvError` of the kind `badData`.
    public init(parsing text: [UInt8], named name: String) throws(CIEnvError) {
        func corrupt(_ why: String, hint: String = "berth snapshot makes one, inside of a job") -> CIEnvError {
            CIEnvError(.badData, "\(name) is no snapshot: \(why)", hint: hint)
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text)
        } catch {
            throw corrupt(error.description)
        }
        guard let object = value.object, let version = object["version"]?.integer else {
            throw corrupt("it has no version")
        }
        guard version == 1 else {
            throw corrupt("its version is \(version)", hint: "this berth reads version 1: is there a newer one?")
        }
        guard let system = object["system"]?.string, CISystem.named(system) != nil else {
            throw corrupt(
                "its system is none that berth knows", hint: "one of \(CISystem.names.joined(separator: ", "))")
        }
        guard let members = object["variables"]?.object?.members else { throw corrupt("it has no variables") }
        guard let names = object["secrets"]?.array, names.allSatisfy({ $0.string != nil }) else {
            throw corrupt("it has no list of secrets")
        }
        var variables: [JobVariable] = []
        for (number, member) in zip(1..., members) {
            let variable = member.value.string.map { JobVariable(member.key, $0) }
            // What cannot be a name may be anything, and is not shown.
            guard let variable, variable.isPossible else {
                throw corrupt("variable \(number) has a name or a value that no environment can hold")
            }
            variables.append(variable)
        }
        self.init(
            system: system, createdAt: object["createdAt"]?.string ?? "", variables: variables.sorted(),
            secrets: names.compactMap(\.string))
    }
}

extension JobVariable {
    /// Whether an environment can hold it.
    var isPossible: Bool {
        !name.isEmpty && !name.utf8.contains(UInt8(ascii: "=")) && !name.utf8.contains(0) && !value.utf8.contains(0)
    }
}

extension [JobVariable] {
    /// By the bytes of their names.
    func sorted() -> [JobVariable] { sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
}
