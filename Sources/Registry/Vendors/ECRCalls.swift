internal import DockerConfig
internal import HTTP
internal import JSON

/// What both of Amazon's registries do the same way.
struct ECRCalls: Sendable {
    /// A hundred images a deletion; what an index holds stays whatever is asked for; the answer tells where a tag led.
    static let traits: VendorTraits = {
        var traits = VendorTraits()
        traits.batch = 100
        // How many calls are taken is not published, and was seen to be some tens a second.
        traits.width = 2
        traits.checksDigests = true
        traits.guardsIndexes = true
        traits.keepsReferrers = true
        return traits
    }()

    /// The service.
    let api: AWSAPI
    private let repository: Repository
    /// What names the repository in every call.
    private let names: JSONObject

    /// The most images on a page.
    private static let pageSize = 1000

    /// The calls for a registry of an account.
    init(_ context: VendorContext) throws(RegistryError) {
        repository = context.repository
        let cloud = context.cloud
        var names = JSONObject()
        names["repositoryName"] = .string(repository.name.text)
        let chain = context.settings.memory.awsCredentials(context)
        if let host = ECRHost(repository.host) {
            names["registryId"] = .string(host.account)
            api = try AWSAPI(host, cloud, chain: chain)
        } else {
            // The calls are for the account's own registry, wherever the host leads.
            guard repository.host.isLoopback || context.isNamed(ECRVendor.name) else {
                throw RegistryError(
                    .badName, "\(repository.host) says that it is a registry of Amazon's, and not whose",
                    hint: "if it is that of the AWS credentials' account, say --repo-implementation ecr, and AWS_REGION"
                )
            }
            let named = context.settings.awsWebIdentity(repository.host)?.region
            guard let region = if let named { named } else { try cloud.awsRegion() } else {
                throw RegistryError(
                    .badName, "\(repository.host) does not tell the region of its registry",
                    hint: "name it with AWS_REGION, or use the registry's own host ACCOUNT.dkr.ecr.REGION.amazonaws.com"
                )
            }
            let url = try AWSEndpoints(cloud).url(of: .ecr, region: region)
            api = AWSAPI(.ecr, region: region, url: url, chain: chain, sender: AWSSender(context: cloud))
        }
        self.names = names
    }

    /// The calls for a repository of the public registry, which must be the account's own.
    ///
    /// A call names the repository without its registry's alias: for another account's, it would be done to a repository
    /// of the same name in one's own.
    init(publicAt context: VendorContext) async throws(RegistryError) {
        repository = context.repository
        api = try Self.publicAPI(context)
        let parts = repository.name.text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else {
            throw RegistryError(
                .badName, "\(repository) names no repository of a registry",
                hint: "a repository of the public registry is named \(repository.host)/ALIAS/REPOSITORY")
        }
        let answer = try await api.call("DescribeRegistries", ["maxResults": .integer(Self.pageSize)])
        var account: String?
        answer.member("registries")?.forEachElement { registry in
            registry.member("aliases")?.forEachElement { alias in
                if alias.text("name") == String(parts[0]) { account = registry.text("registryId") }
            }
        }
        guard let account else {
            throw RegistryError(
                .denied,
                "\(repository.host)/\(parts[0]) is not a registry of the account whose AWS credentials are used",
                hint: "use the credentials of the account that it belongs to")
        }
        var names = JSONObject()
        names["repositoryName"] = .string(String(parts[1]))
        names["registryId"] = .string(account)
        self.names = names
    }

    /// The public registry's service.
    static func publicAPI(_ context: VendorContext) throws(RegistryError) -> AWSAPI {
        let cloud = context.cloud
        return try AWSAPI(
            publicDualStack: ECRPublicHost.isDualStack(context.repository.host) ?? false, cloud,
            chain: context.settings.memory.awsCredentials(context))
    }

    /// The login that an authorization token is: Base64 of `AWS:PASSWORD`, good for twelve hours.
    static func credential(_ data: JSONNode?, of host: RegistryHost) throws(RegistryError) -> Credential {
        guard let token = data?.text("authorizationToken"), let bytes = Base64.decode(token),
            let text = String(validating: bytes, as: UTF8.self), let colon = text.firstIndex(of: ":")
        else { throw RegistryError(.protocolViolation, "\(host): AWS's answer holds no authorization token") }
        return Credential(
            username: String(text[..<colon]), password: Secret(String(text[text.index(after: colon)...])))
    }

    /// What a description of an image tells.
    static func facts(_ image: JSONNode) -> ManifestFacts? {
        guard let digest = image.text("imageDigest").flatMap({ Digest($0) }) else { return nil }
        return ManifestFacts(
            digest: digest, mediaType: image.text("imageManifestMediaType").map { MediaType($0) },
            pushed: image.member("imagePushedAt")?.awsTime, size: image.member("imageSizeInBytes")?.integer)
    }

    /// The answer to `operation` on the repository.
    func call(_ operation: String, _ parameters: KeyValuePairs<String, JSONValue>) async throws(RegistryError)
        -> JSONNode
    {
        var body = names
        for (name, value) in parameters { body[name] = value }
        return try await api.call(operation, .object(body))
    }

    /// Reads all pages of `operation`, and shows what stands under `key` on them.
    func pages(
        _ operation: String, _ key: String, _ parameters: KeyValuePairs<String, JSONValue>, _ show: (JSONNode) -> Void
    ) async throws(RegistryError) {
        var pages = PagedURLs("cannot list the images of \(repository)")
        var next: String? = ""
        while let token = next {
            try pages.begin(token)
            var body = names
            for (name, value) in parameters { body[name] = value }
            body["maxResults"] = .integer(Self.pageSize)
            if !token.isEmpty { body["nextToken"] = .string(token) }
            let answer = try await api.call(operation, .object(body))
            answer.member(key)?.forEachElement { show($0) }
            next = answer.text("nextToken")
        }
    }

    /// Removes tags; of those that `verdict` says something about, nothing is asked for.
    func untag(_ tags: [TagTarget], _ verdict: (TagTarget) -> Removal?) async throws(RegistryError) -> [Removal] {
        var removals = tags.map(verdict)
        let places = removals.indices.filter { removals[$0] == nil }
        let done = try await delete(places.map { ["imageTag": .string(tags[$0].tag.text)] })
        for (place, removal) in zip(places, done) { removals[place] = removal }
        return removals.map { $0 ?? .absent }
    }

    /// Deletes images with all of their tags.
    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await delete(digests.map { ["imageDigest": .string($0.text)] })
    }

    /// Asks for something to be deleted that cannot be there.
    func requireDeletion() async throws(RegistryError) {
        for removal in try await remove([.ofNothing()]) { try removal.requireAllowed() }
    }

    /// Makes the repository, where it is not there yet.
    func createRepository() async throws(RegistryError) {
        var body = names
        // The public registry makes repositories in the caller's own registry only, and wants no other named.
        if api.service == .ecrPublic { body["registryId"] = nil }
        switch try await api.attempt("CreateRepository", .object(body)) {
        case .success: return
        case .failure(let failure) where failure.code == "RepositoryAlreadyExistsException": return
        case .failure(let failure): throw api.error(failure, of: "CreateRepository")
        }
    }

    private func delete(_ ids: [JSONValue]) async throws(RegistryError) -> [Removal] {
        guard !ids.isEmpty else { return [] }
        let answer: JSONNode
        do {
            answer = try await call("BatchDeleteImage", ["imageIds": .array(ids)])
        } catch {
            switch error.kind {
            // AWS takes no request of which it says that there are too many; of all others nobody knows.
            case .tryLater: return ids.map { _ in .unknown(error) }
            default: throw error
            }
        }
        var done: [String: Digest?] = [:]
        answer.member("imageIds")?.forEachElement { id in
            let digest = id.text("imageDigest")
            for name in [id.text("imageTag"), digest] {
                if let name { done[name] = .some(digest.flatMap { Digest($0) }) }
            }
        }
        var failed: [String: Removal] = [:]
        answer.member("failures")?.forEachElement { failure in
            let id = failure.member("imageId")
            let removal = removal(failure.text("failureCode") ?? "", failure.text("failureReason") ?? "", of: id)
            for name in [id?.text("imageTag"), id?.text("imageDigest")] {
                if let name { failed[name] = removal }
            }
        }
        return ids.map { id in
            let name = id.object?["imageTag"]?.string ?? id.object?["imageDigest"]?.string ?? ""
            if let failure = failed[name] { return failure }
            if let digest = done[name] { return .done(digest) }
            return .unknown(
                RegistryError(.tryLater, "ecr:BatchDeleteImage at \(api.url.host): the answer says nothing of \(name)"))
        }
    }

    /// Makes sure that what was not found is not there: to look may fail for other reasons.
    func requireFound(_ failures: JSONNode?) throws(RegistryError) {
        try failures?.forEachElement { failure throws(RegistryError) in
            let code = failure.text("failureCode") ?? "", reason = failure.text("failureReason") ?? ""
            switch removal(code, reason, of: failure.member("imageId")) {
            case .failed(let error):
                throw RegistryError(
                    error.kind, "ecr:BatchGetImage at \(api.url.host): \(Excerpt.line("\(code): \(reason)"))",
                    hint: error.hint)
            default: return
            }
        }
    }

    /// What a failure of one image of a batch means (`ImageFailureCode`).
    private func removal(_ code: String, _ reason: String, of id: JSONNode?) -> Removal {
        let what = id?.text("imageTag") ?? id?.text("imageDigest") ?? "an image"
        let words = Excerpt.line(reason.isEmpty ? code : "\(code): \(reason)")
        let text = "cannot delete \(what) of \(repository): \(words)"
        switch code {
        case "ImageNotFound": return .absent
        case "ImageTagDoesNotMatchDigest": return .moved
        case "ImageReferencedByManifestList":
            return .failed(
                RegistryError(
                    .held, text,
                    hint: "an index holds the image, which goes with its last tag: delete the index before it"))
        case "UpstreamTooManyRequests", "UpstreamUnavailable": return .failed(RegistryError(.tryLater, text))
        case "UpstreamAccessDenied", "KmsError": return .failed(RegistryError(.denied, text))
        case "InvalidImageDigest", "InvalidImageTag", "MissingDigestAndTag":
            return .failed(RegistryError(.protocolViolation, text))
        default: return .failed(RegistryError(.protected, text))
        }
    }
}
