internal import HTTP
internal import JSON

/// Takes a tag from a manifest that keeps its other tags, at a registry that deletes by digest alone.
///
/// The tag is given to a manifest of its own, made for this, and that is deleted. The original manifest is never asked
/// to go. Should the registry refuse the second step, the tag gets its manifest back.
struct TagDetachment: Sendable {
    private let api: any VendorAPI
    private let client: RepositoryClient

    init(_ api: any VendorAPI, _ client: RepositoryClient) {
        self.api = api
        self.client = client
    }

    /// Takes `tag` from the manifest `digest`; the registry is known to delete manifests.
    ///
    /// A tag that is gone by then has been deleted by somebody, perhaps with its manifest.
    func detach(_ tag: Tag, from digest: Digest) async throws(RegistryError) {
        let original: ManifestDocument
        do {
            original = try await client.manifest(.tag(tag))
        } catch  where error.kind == .notFound {
            return
        }
        guard original.digest == digest else { throw client.repository.moved(tag) }
        let standIn = try await makeStandIn(for: original)
        // That may have taken its time, in which somebody may have pushed.
        guard let now = try await client.head(of: .tag(tag)) else { return }
        guard now.digest == digest else { throw client.repository.moved(tag) }
        // Once begun it is brought to its end: interrupted halfway, the tag would lead to an empty image.
        let result = await Task { () async -> Result<Void, RegistryError> in
            do throws(RegistryError) {
                return .success(try await replaceAndDelete(tag, original, standIn))
            } catch {
                return .failure(error)
            }
        }.value
        try result.get()
    }

    private struct StandIn: Sendable {
        let bytes: [UInt8]
        let digest: Digest
        let mediaType: MediaType
    }

    /// A manifest that no other is like, of the original's family: some registries take one of both only.
    private func makeStandIn(for original: ManifestDocument) async throws(RegistryError) -> StandIn {
        let isDocker = [.dockerManifest, .dockerManifestList].contains(original.mediaType)
        // Who finds the tag in this state, after a power cut, can see what it was.
        let config: JSONValue = [
            "architecture": "unknown", "os": "unknown", "rootfs": ["type": "layers", "diff_ids": []],
            "config": [
                "Labels": [
                    ImageConfig.originalLabel: .string(original.digest.text),
                    "berth.stand-in.id": .string("\(UInt64.random(in: 0 ... .max))-\(UInt64.random(in: 0 ... .max))"),
                ]
            ],
        ]
        let blob = try await client.put(blob: Array(config.text(indented: false).utf8))
        func descriptor(_ mediaType: String) -> JSONValue {
            [
                "mediaType": .string(mediaType), "digest": .string(blob.digest.text), "size": .integer(blob.size),
            ]
        }
        let mediaType: MediaType = isDocker ? .dockerManifest : .ociManifest
        let manifest: JSONValue = [
            "schemaVersion": 2, "mediaType": .string(mediaType.text),
            "config": descriptor(
                isDocker
                    ? "application/vnd.docker.container.image.v1+json" : "application/vnd.oci.image.config.v1+json"),
            // Some registries want a layer.
            "layers": [
                descriptor(
                    isDocker
                        ? "application/vnd.docker.image.rootfs.diff.tar.gzip"
                        : "application/vnd.oci.image.layer.v1.tar+gzip")
            ],
        ]
        let bytes = Array(manifest.text(indented: false).utf8)
        return StandIn(bytes: bytes, digest: Digest(of: bytes), mediaType: mediaType)
    }

    private func replaceAndDelete(
        _ tag: Tag, _ original: ManifestDocument, _ standIn: StandIn
    ) async throws(RegistryError) {
        do throws(RegistryError) {
            try await client.put(standIn.bytes, standIn.mediaType, as: .tag(tag))
            switch try await api.removeStandIn(standIn.digest, of: tag) {
            case .done, .absent: return
            case .refused(let error), .failed(let error), .unknown(let error): throw error
            case .moved: throw client.repository.moved(tag)
            }
        } catch {
            try await restore(tag, original, standIn, after: error)
        }
    }

    /// Gives the tag its manifest back, where it has the stand-in.
    private func restore(
        _ tag: Tag, _ original: ManifestDocument, _ standIn: StandIn, after cause: RegistryError
    ) async throws(RegistryError) {
        let name = client.name(.tag(tag))
        do throws(RegistryError) {
            // It may have been done all the same.
            guard let found = try await client.head(of: .tag(tag)) else { return }
            if found.digest == standIn.digest {
                try await client.put(original.bytes, original.mediaType, as: .tag(tag))
            }
        } catch {
            throw RegistryError(
                cause.kind,
                "\(name) may lead to an empty image now: \(cause.text); it could not be undone: \(error.text)",
                hint: "its image is still there: berth copy \(client.name(.digest(original.digest))) \(name)")
        }
        throw RegistryError(cause.kind, "\(name) stays as it was: \(cause.text)", hint: cause.hint)
    }
}

extension Repository {
    /// A tag that was to go and leads to something else by now.
    func moved(_ tag: Tag) -> RegistryError {
        RegistryError(.held, "\(name(.tag(tag))) has been moved to another image meanwhile and stays").found(.moved)
    }
}
