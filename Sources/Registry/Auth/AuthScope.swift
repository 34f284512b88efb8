/// What a token lets its bearer do: a resource and actions on it (distribution's token scope).
public struct AuthScope: Hashable, Sendable {
    /// What may be done to a repository.
    public enum Action: String, CaseIterable, Sendable {
        /// Read manifests and blobs, list tags.
        case pull
        /// Write them.
        case push
        /// Delete them.
        case delete
        /// Read what Azure's registries know of tags and manifests besides.
        case metadataRead = "metadata_read"
        /// Whatever the registry has: what some ask for instead of `delete`.
        case all = "*"
    }

    /// The scope's text before its actions, `repository:group/app`.
    let resource: String
    /// The actions' names in the order in which they are asked for.
    let actions: [String]

    /// The scope of `actions` on the repository `name`.
    public init(_ name: RepositoryName, _ actions: Set<Action>) {
        resource = "repository:\(name)"
        self.actions = Action.allCases.filter(actions.contains).map(\.rawValue)
    }

    /// Reads a scope as a challenge has it.
    init?(_ text: Substring) {
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex else { return nil }
        resource = String(text[..<colon])
        actions = text[text.index(after: colon)...].split(separator: ",").map(String.init)
        guard !actions.isEmpty else { return nil }
    }

    private init(resource: String, actions: [String]) {
        self.resource = resource
        self.actions = actions
    }

    /// `repository:group/app:pull,push`.
    var text: String { "\(resource):\(actions.joined(separator: ","))" }

    /// Scopes that allow what any of `scopes` does, one for each resource, in the order of the resources' texts.
    static func merged(_ scopes: [AuthScope]) -> [AuthScope] {
        let resources = Set(scopes.map(\.resource)).sorted()
        return resources.map { resource in
            var actions: [String] = []
            for scope in scopes where scope.resource == resource {
                for action in scope.actions where !actions.contains(action) { actions.append(action) }
            }
            return AuthScope(resource: resource, actions: actions)
        }
    }
}
