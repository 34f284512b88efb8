internal import HTTP

extension RepositoryClient {
    /// Reads a manifest.
    ///
    /// - Throws: `RegistryError`: `notFound` where there is none, `badData` where its bytes are not those that the
    ///   registry or the reference names.
    public func manifest(_ reference: Reference) async throws(RegistryError) -> ManifestDocument {
        let request = HTTPRequest(
            .get, try session.url("manifests/\(reference.text)"), headers: [Self.accept], bodyLimit: Self.manifestLimit)
        let response = try await session.send(request)
        guard response.status == 200 else {
            throw RegistryError(response, "cannot read \(name(reference))", session)
        }
        let digest = try verified(response.body, reference, announced: response.first("Docker-Content-Digest"))
        do {
            let manifest = try Manifest(parsing: response.body, contentType: response.first("Content-Type"))
            return ManifestDocument(bytes: response.body, digest: digest, manifest: manifest)
        } catch {
            throw RegistryError(error.kind, "\(name(reference)): \(error.text)", hint: error.hint)
        }
    }

    /// What a tag or digest leads to, without reading it; `nil` where there is nothing.
    ///
    /// - Throws: `RegistryError` where the registry does not tell.
    public func head(
        of reference: Reference
    ) async throws(RegistryError) -> (digest: Digest, mediaType: MediaType)? {
        let request = HTTPRequest(.head, try session.url("manifests/\(reference.text)"), headers: [Self.accept])
        let response = try await session.send(request)
        switch response.status {
        case 200: break
        case 404: return nil
        // Some have no HEAD, and none has a body to say what is wrong.
        default: return try await read(reference)
        }
        guard let text = response.first("Docker-Content-Digest"), let digest = Digest(text),
            let type = response.first("Content-Type")
        else { return try await read(reference) }
        if case .digest(let expected) = reference, expected != digest { throw mismatch(reference, digest) }
        return (digest, MediaType(type))
    }

    /// The same, but that there is nothing is believed only where GET says so too.
    func resolve(_ reference: Reference) async throws(RegistryError) -> (digest: Digest, mediaType: MediaType)? {
        if let found = try await head(of: reference) { return found }
        return try await read(reference)
    }

    private func read(_ reference: Reference) async throws(RegistryError) -> (digest: Digest, mediaType: MediaType)? {
        do {
            let document = try await manifest(reference)
            return (document.digest, document.mediaType)
        } catch  where error.kind == .notFound {
            return nil
        }
    }

    /// Writes a manifest, whose blobs and children must be there.
    ///
    /// - Returns: Whether the registry itself keeps the list of what refers to the manifest's subject.
    @discardableResult
    func put(
        _ bytes: [UInt8], _ mediaType: MediaType, as reference: Reference
    ) async throws(RegistryError) -> Bool {
        var request = HTTPRequest(
            .put, try session.url("manifests/\(reference.text)"),
            headers: [HTTPHeader("Content-Type", mediaType.text)], body: .bytes(bytes))
        // The same bytes under the same name: to do it twice is to do it once.
        request.isRepeatable = true
        let response = try await session.send(request)
        guard response.status == 201 || response.status == 200 else {
            throw RegistryError(response, "cannot write \(name(reference))", session)
        }
        if let text = response.first("Docker-Content-Digest"), let digest = Digest(text) {
            guard digest == Digest(of: bytes, digest.algorithm) else { throw mismatch(reference, digest) }
        }
        return response.first("OCI-Subject") != nil
    }

    /// Asks for a tag, or a manifest with all its tags, to be deleted: once, unless `isProbe` says that it cannot be
    /// there; at `path` where a vendor has another one for it than `manifests/…`.
    ///
    /// - Throws: `RegistryError` where nothing was deleted, for a reason that has nothing to do with the reference's
    ///   kind.
    func delete(
        _ reference: Reference, at path: String? = nil, isProbe: Bool = false
    ) async throws(RegistryError) -> Removal {
        let what = "cannot delete \(name(reference))"
        let response: HTTPResponse
        do {
            var request = HTTPRequest(.delete, try session.url(path ?? "manifests/\(reference.text)"))
            request.isRepeatable = isProbe
            response = try await session.send(request)
        } catch  where error.kind == .tryLater {
            return .unknown(error)
        }
        switch response.status {
        case 200, 202, 204: return .done(nil)
        case 404 where isProbe: return .absent
        // Some say so of what they do not delete by this name.
        case 404:
            return try await head(of: reference) == nil ? .absent : .refused(RegistryError(response, what, session))
        case 400, 405, 501: return .refused(RegistryError(response, what, session))
        case 408, 500, 502, 504: return .unknown(RegistryError(response, what, session))
        default:
            let error = RegistryError(response, what, session)
            guard error.kind == .protected || error.kind == .held else { throw error }
            return .failed(error)
        }
    }

    private static let accept = HTTPHeader("Accept", MediaType.accepted)

    /// The digest of `bytes`, which must be what the reference and the registry say.
    private func verified(
        _ bytes: [UInt8], _ reference: Reference, announced: String?
    ) throws(RegistryError) -> Digest {
        let announced = announced.flatMap { Digest($0) }
        if case .digest(let expected) = reference {
            guard Digest(of: bytes, expected.algorithm) == expected else { throw mismatch(reference, expected) }
            return expected
        }
        guard let announced else { return Digest(of: bytes) }
        guard Digest(of: bytes, announced.algorithm) == announced else { throw mismatch(reference, announced) }
        return announced
    }

    private func mismatch(_ reference: Reference, _ digest: Digest) -> RegistryError {
        RegistryError(
            .badData, "\(name(reference)): the registry has other bytes than the digest \(digest) says",
            hint: "something between here and the registry may change what it transfers, or the registry is damaged")
    }
}
