internal import DockerConfig
internal import HTTP
internal import JSON

/// Amazon ECR, by its own API (`com.amazonaws.ecr`, version 2015-09-21): a thousand images a page, a hundred a deletion.
///
/// A tag is removed alone, unless it is the image's last one: then the image goes with it.
struct ECRVendor: VendorAPI {
    static let name = "ecr"

    let context: VendorContext
    let traits = ECRCalls.traits
    private let calls: ECRCalls

    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        // Good for all of the account's registries, it is for nobody who only says that it is one.
        let host = context.repository.host
        guard ECRHost(host) != nil || host.isLoopback || context.isNamed(name) else { return nil }
        let token = try await ECRCalls(context).api.call("GetAuthorizationToken", [:])
        return try ECRCalls.credential(token.member("authorizationData")?.element(0), of: context.repository.host)
    }

    init(_ context: VendorContext) throws(RegistryError) {
        self.context = context
        calls = try ECRCalls(context)
    }

    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        let tags = TagCollector(progress)
        try await images("TAGGED", tags.add)
        return tags.table
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        try await images("ANY", note)
    }

    /// Shows all images of a status, by their tags.
    private func images(_ status: JSONValue, _ note: (ListedTag) -> Void) async throws(RegistryError) {
        try await calls.pages(
            "DescribeImages", "imageDetails", ["filter": ["tagStatus": status, "imageStatus": "ANY"]]
        ) { image in
            guard let facts = ECRCalls.facts(image) else { return }
            let tags = image.member("imageTags")
            tags?.forEachElement { text in
                if let tag = text.string.flatMap({ try? Tag($0) }) { note(ListedTag(tag: tag, facts: facts)) }
            }
            if tags == nil || tags?.count == 0 { note(ListedTag(tag: nil, facts: facts)) }
        }
    }

    func look(at tag: Tag) async throws(RegistryError) -> Digest? {
        try await places(of: [tag])[tag]
    }

    func present(_ digests: [Digest]) async throws(RegistryError) -> Set<Digest>? {
        var present: Set<Digest> = []
        try await eachImage(digests.map { ["imageDigest": .string($0.text)] }) { _, digest in present.insert(digest) }
        return present.intersection(digests)
    }

    /// Where tags lead now, asked for as many as go with one request.
    private func places(of tags: [Tag]) async throws(RegistryError) -> [Tag: Digest] {
        var places: [Tag: Digest] = [:]
        try await eachImage(tags.map { ["imageTag": .string($0.text)] }) { tag, digest in
            if let tag { places[tag] = digest }
        }
        return places
    }

    /// Shows which of some images, named by tags or digests, are there.
    private func eachImage(_ ids: [JSONValue], _ show: (Tag?, Digest) -> Void) async throws(RegistryError) {
        let answer = try await calls.call(
            "BatchGetImage",
            [
                "imageIds": .array(ids),
                "acceptedMediaTypes": .array(
                    MediaType.accepted.split(separator: ",").map { .string(String($0.drop { $0 == " " })) }),
            ])
        try calls.requireFound(answer.member("failures"))
        answer.member("images")?.forEachElement { image in
            let id = image.member("imageId")
            guard let digest = id?.text("imageDigest").flatMap({ Digest($0) }) else { return }
            show(id?.text("imageTag").flatMap { try? Tag($0) }, digest)
        }
    }

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        // With the digest beside the tag, the image would be meant and not the tag: where it leads is looked at before.
        let watched = tags.filter { $0.digest != nil }.map(\.tag)
        let places = watched.isEmpty ? [:] : try await places(of: watched)
        return try await calls.untag(tags) { target in
            guard let wanted = target.digest else { return nil }
            guard let found = places[target.tag] else { return .absent }
            return found == wanted ? nil : .moved
        }
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] { try await calls.remove(digests) }

    func requireDeletion() async throws(RegistryError) { try await calls.requireDeletion() }

    func createRepository() async throws(RegistryError) { try await calls.createRepository() }
}

/// The public registry of Amazon ECR, by its own API (`com.amazonaws.ecrpublic`, version 2020-10-30), which is in one
/// region.
struct ECRPublicVendor: VendorAPI {
    static let name = "ecr-public"

    let context: VendorContext
    let traits = ECRCalls.traits
    private let calls: ECRCalls

    /// Who has no credentials for AWS may still pull.
    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        let host = context.repository.host
        guard ECRPublicHost.isDualStack(host) != nil || host.isLoopback || context.isNamed(name) else { return nil }
        do {
            _ = try await context.settings.memory.awsCredentials(context).credentials()
        } catch  where error.kind == .denied {
            return nil
        }
        let token = try await ECRCalls.publicAPI(context).call("GetAuthorizationToken", [:])
        return try ECRCalls.credential(token.member("authorizationData"), of: host)
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        calls = try await ECRCalls(publicAt: context)
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        try await calls.pages("DescribeImageTags", "imageTagDetails", [:]) { entry in
            guard let tag = entry.text("imageTag").flatMap({ try? Tag($0) }),
                var facts = entry.member("imageDetail").flatMap(ECRCalls.facts)
            else { return }
            facts.pushed = entry.member("createdAt")?.awsTime ?? facts.pushed
            note(ListedTag(tag: tag, facts: facts))
        }
    }

    func look(at tag: Tag) async throws(RegistryError) -> Digest? {
        do {
            let answer = try await calls.call(
                "DescribeImages", ["imageIds": [["imageTag": .string(tag.text)]]])
            return answer.member("imageDetails")?.element(0)?.text("imageDigest").flatMap { Digest($0) }
        } catch  where error.kind == .notFound {
            return nil
        }
    }

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        var places: [Tag: Removal] = [:]
        for target in tags {
            guard let wanted = target.digest else { continue }
            let found = try await look(at: target.tag)
            if found != wanted { places[target.tag] = found == nil ? .absent : .moved }
        }
        return try await calls.untag(tags) { places[$0.tag] }
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] { try await calls.remove(digests) }

    func requireDeletion() async throws(RegistryError) { try await calls.requireDeletion() }

    func createRepository() async throws(RegistryError) { try await calls.createRepository() }
}
