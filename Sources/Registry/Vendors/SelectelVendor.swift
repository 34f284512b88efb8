internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// Selectel's container registry, by its API v1 (Selectel's client `craas-go`).
///
/// One call tells all of a repository's images with their tags. What is deleted, by a tag or by a digest, is a manifest:
/// what becomes of its other tags is not documented, so that a manifest goes only where all of them were named.
struct SelectelVendor: VendorAPI {
    static let name = "selectel"

    let context: VendorContext
    let traits: VendorTraits = {
        var traits = VendorTraits()
        traits.untagging = .never
        traits.imagesGoWithLastTag = false
        traits.tellsPushTimes = false
        return traits
    }()
    /// The API; `nil` where there is no token for it.
    private let client: VendorClient?
    /// The name of the registry, and that of the repository in it.
    private let names: (registry: String, repository: String)
    private let registry: RegistryFinding

    /// Where the token of a project is found.
    private static let variable = "BERTH_SELECTEL_TOKEN"
    /// Selectel's own domains, at which its Keystone is.
    private static let domains = ["selcloud.ru", "selvpc.ru", "selectel.ru"]
    private static let permission = "a project's token in X-Auth-Token"

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        let parts = context.repository.name.text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else {
            throw RegistryError(
                .badName, "\(context.repository) names no registry",
                hint: "a repository of Selectel is named cr.selcloud.ru/registry/repository")
        }
        names = (String(parts[0]), String(parts[1]))
        let base = try context.endpoint("BERTH_SELECTEL_URL", standard: "https://cr.selcloud.ru/api/v1")
        client = Self.token(context).map {
            VendorClient("Selectel", at: base, .field("X-Auth-Token", Secret($0)), context.settings)
        }
        registry = RegistryFinding()
    }

    /// The token of a project: the one that was given, else that of OpenStack's programs, where these are set up for
    /// Selectel.
    ///
    /// Another cloud's token must not come here.
    private static func token(_ context: VendorContext) -> String? {
        if let token = context.variable(variable) { return token }
        guard let host = context.variable("OS_AUTH_URL").flatMap({ URLParts($0) })?.host,
            domains.contains(where: { host == $0 || host.hasSuffix(".\($0)") })
        else { return nil }
        return context.variable("OS_TOKEN")
    }

    // MARK: lists

    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        guard client != nil else { return try await DistributionVendor(context).tags(wanted, progress: progress) }
        let tags = TagCollector(progress)
        try await list(wanted, tags.add)
        return tags.table
    }

    /// Without a token for the API, by the distribution protocol.
    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        guard let client else { return try await DistributionVendor(context).list(wanted, note) }
        let what = "cannot list the images of \(context.repository)"
        let response = try await client.send(.get, try await url(client, "images"), bodyLimit: 256 << 20)
        // An empty list.
        if response.status == 204 { return }
        guard response.status == 200 else { throw client.error(response, what, permission: Self.permission) }
        try client.array(try client.json(response, what), what).forEachElement { image throws(RegistryError) in
            guard let digest = image.text("digest").flatMap({ Digest($0) }) else {
                throw RegistryError(.protocolViolation, "\(what): an image has no digest")
            }
            let facts = ManifestFacts(
                digest: digest, created: image.text("createdAt").flatMap { Timestamp($0) },
                size: image.member("size")?.integer)
            var hasTags = false
            image.member("tags")?.forEachElement { entry in
                guard let tag = entry.string.flatMap({ try? Tag($0) }) else { return }
                hasTags = true
                note(ListedTag(tag: tag, facts: facts))
            }
            if !hasTags { note(ListedTag(tag: nil, facts: facts)) }
        }
    }

    func survey(_ pass: ListingPass) async throws(RegistryError) {
        if client == nil { return try await DistributionVendor(context).survey(pass) }
        try await list([], pass.note)
    }

    /// The address of `path` in the repository.
    private func url(_ client: VendorClient, _ path: String) async throws(RegistryError) -> URLParts {
        // A slash that is not encoded would make a repository's name that of an image in another.
        let repository = PercentEncoding.component(names.repository)
        return try client.url("/registries/\(try await registry(client).id)/repositories/\(repository)/\(path)")
    }

    // MARK: the registry

    /// A registry as the list of them has it.
    private struct Registry: Sendable {
        let id: String
        let isCollecting: Bool
    }

    private final class RegistryFinding: Sendable {
        let found = Locked<Registry?>(nil)
        let flights = SingleFlight<Bool, Registry>()
    }

    /// The registry, found by its name the first time.
    private func registry(_ client: VendorClient) async throws(RegistryError) -> Registry {
        if let found = registry.found.withLock({ $0 }) { return found }
        return try await registry.flights.value(for: true) { () async throws(RegistryError) in
            if let found = registry.found.withLock({ $0 }) { return found }
            let found = try await find(client)
            registry.found.withLock { $0 = found }
            return found
        }
    }

    private func find(_ client: VendorClient) async throws(RegistryError) -> Registry {
        let what = "cannot find the registry \(names.registry)"
        let response = try await client.send(.get, try client.url("/registries"))
        var found: Registry?
        if response.status == 200 {
            try client.array(try client.json(response, what), what).forEachElement { node in
                guard node.text("name") == names.registry, let id = node.text("id") else { return }
                found = Registry(
                    id: PercentEncoding.component(id), isCollecting: node.text("status") == "GARBAGE_COLLECTION")
            }
        } else if response.status != 204 {
            throw client.error(response, what, permission: Self.permission)
        }
        guard let found else {
            throw RegistryError(
                .notFound, "\(what): the token's project has no registry of that name",
                hint: "is the token in \(Self.variable) one of the registry's project?")
        }
        return found
    }

    // MARK: deleting

    /// Never asked for: a tag goes with its manifest, or by being given to another first.
    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        tags.map { target in
            .refused(RegistryError(.unsupported, "\(context.name(.tag(target.tag))): Selectel deletes manifests only"))
        }
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await digests.removals { digest throws(RegistryError) in
            try await remove(digest, context.name(.digest(digest)))
        }
    }

    private func remove(_ digest: Digest, _ name: String) async throws(RegistryError) -> Removal {
        guard let client else {
            var error = RegistryError(
                .denied, "cannot delete \(name): there is no token for Selectel's API",
                hint: "set \(Self.variable) to a Keystone token of the registry's project")
            error.permission = Self.permission
            throw error
        }
        let what = "cannot delete \(name)"
        let removal: Removal
        do {
            removal = try await client.removal(try await url(client, "\(digest)"), what, permission: Self.permission)
        } catch  where error.kind == .denied {
            if let error = try await collecting(client, what) { throw error }
            throw error
        }
        guard case .failed(let error) = removal, error.kind != .tryLater else { return removal }
        return .failed(try await collecting(client, what) ?? error)
    }

    /// The error that stands for any other while the registry's garbage collection is running.
    private func collecting(_ client: VendorClient, _ what: String) async throws(RegistryError) -> RegistryError? {
        guard try await find(client).isCollecting else { return nil }
        return RegistryError(
            .tryLater, "\(what): the registry's garbage collection is running",
            hint: "try again when it has ended")
    }

    func requireDeletion() async throws(RegistryError) {
        try await remove(.ofNothing(), "what is not in \(context.repository)").requireAllowed()
    }
}
