internal import HTTP
internal import JSON

extension RepositoryClient {
    /// What refers to the manifest `subject`: its signatures, attestations and the like.
    ///
    /// Where the registry does not keep such lists, clients keep them, under a tag that is made of the digest
    /// (distribution specification, "Listing Referrers").
    public func referrers(of subject: Digest) async throws(RegistryError) -> [Descriptor] {
        switch try await ownReferrers(of: subject) {
        case .told(let found): found
        case .refused, .noList: try await listedReferrers(of: subject) ?? []
        }
    }

    /// What came of asking the registry itself for what refers to a manifest.
    enum OwnReferrers: Sendable {
        /// These do.
        case told([Descriptor])
        /// It does not say so of this manifest.
        case refused
        /// It does not keep such lists at all.
        case noList
    }

    /// Asks the registry itself for what refers to the manifest `subject`.
    func ownReferrers(of subject: Digest) async throws(RegistryError) -> OwnReferrers {
        var found: [Descriptor] = []
        var seen: Set<URLParts> = []
        let what = "cannot list what refers to \(name(.digest(subject)))"
        var next: URLParts? = try session.url("referrers/\(subject)")
        while let url = next {
            guard seen.insert(url).inserted else {
                throw RegistryError(
                    .protocolViolation, "\(repository): the pages of what refers to \(subject) lead in a circle")
            }
            let request = HTTPRequest(
                .get, url, headers: [HTTPHeader("Accept", MediaType.ociIndex.text)], bodyLimit: Self.manifestLimit)
            let response = try await session.send(request)
            switch response.status {
            case 200:
                found += try page(of: response, what)
                next = try LinkHeader.next(in: response.values(for: "Link")).map { link throws(RegistryError) in
                    try session.target(link, at: url, mayLeave: false)
                }
            case 400: return .refused
            case 404, 405, 501: return .noList
            default: throw RegistryError(response, what, session)
            }
        }
        return .told(found)
    }

    private func page(of response: HTTPResponse, _ what: String) throws(RegistryError) -> [Descriptor] {
        do {
            if case .index(let page) = try Manifest(parsing: response.body).content { return page }
        } catch {
            throw RegistryError(error.kind, "\(what): \(error.text)", hint: error.hint)
        }
        throw RegistryError(.badData, "\(what): the answer is no index")
    }

    private func listedReferrers(
        of subject: Digest
    ) async throws(RegistryError) -> [Descriptor]? {
        do {
            let document = try await manifest(.tag(try Tag(subject.tagForm)))
            guard case .index(let descriptors) = document.manifest.content else { return nil }
            return descriptors
        } catch  where error.kind == .notFound {
            return nil
        }
    }

    /// Adds `referrers` to the list that clients keep of what refers to `subject`.
    func list(_ referrers: [ManifestDocument], of subject: Digest) async throws(RegistryError) {
        let listed = try await listedReferrers(of: subject) ?? []
        let new = referrers.filter { referrer in !listed.contains { $0.digest == referrer.digest } }
        if !new.isEmpty { try await putList(listed + new.map(\.listing), of: subject) }
    }

    /// Takes `referrers` out of the list that clients keep of what refers to `subject`, where there is one.
    ///
    /// - Returns: Whether there was anything to write.
    func unlist(_ referrers: Set<Digest>, of subject: Digest) async throws(RegistryError) -> Bool {
        guard let listed = try await listedReferrers(of: subject) else { return false }
        let left = listed.filter { !referrers.contains($0.digest) }
        if left.count < listed.count { try await putList(left, of: subject) }
        return left.count < listed.count
    }

    private func putList(_ descriptors: [Descriptor], of subject: Digest) async throws(RegistryError) {
        let index: JSONValue = [
            "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex.text),
            "manifests": .array(descriptors.map(\.json)),
        ]
        try await put(Array(index.text(indented: false).utf8), .ociIndex, as: .tag(try Tag(subject.tagForm)))
    }
}

extension ManifestDocument {
    /// How a list of referrers has it.
    fileprivate var listing: Descriptor {
        // An image that is used as an artifact tells its kind by its config.
        let type: String? =
            if let own = manifest.artifactType { own } else if case .image(let config, _) = manifest.content {
                config.mediaType
            } else { nil }
        return Descriptor(
            mediaType: mediaType.text, digest: digest, size: bytes.count, artifactType: type,
            annotations: manifest.annotations)
    }
}

extension Descriptor {
    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["mediaType"] = .string(mediaType)
        object["digest"] = .string(digest.text)
        object["size"] = .integer(size)
        object["artifactType"] = artifactType.map { .string($0) }
        if !annotations.isEmpty {
            var members = JSONObject()
            for (key, value) in annotations.sorted(by: { $0.key < $1.key }) { members[key] = .string(value) }
            object["annotations"] = .object(members)
        }
        return .object(object)
    }
}
