internal import DockerConfig
internal import HTTP
internal import Registry

/// What the registry has in it, made without a request.
extension FakeRegistry {
    /// A blob.
    @discardableResult
    func blob(_ text: String, in name: String = "app") -> Digest {
        blob(bytes: Array(text.utf8), in: name)
    }

    @discardableResult
    func blob(bytes: [UInt8], in name: String = "app") -> Digest {
        let digest = Digest(of: bytes)
        with { $0.repositories[name, default: Content()].blobs[digest] = bytes }
        return digest
    }

    /// What an image is made of.
    struct Image {
        var created: String? = "2024-01-02T03:04:05Z"
        var architecture = "amd64"
        var layers = ["a layer"]
        var annotations: [String: String] = [:]
        var configType = "application/vnd.oci.image.config.v1+json"
        var subject: Digest?
        var labels: [String: String] = [:]
        /// What makes its config another.
        var seed = 0
        /// Layers that are not in the registry.
        var foreign: [String] = []
        var isDocker = false
    }

    /// An image, which differs from others by its `seed`.
    @discardableResult
    func image(_ seed: Int, tags: [String] = [], in name: String = "app") -> Digest {
        image(Image(seed: seed), tags: tags, in: name)
    }

    @discardableResult
    func image(_ image: Image, tags: [String] = [], in name: String = "app") -> Digest {
        let created = image.created.map { #""created":"\#($0)","# } ?? ""
        let texts = image.labels.sorted { $0.key < $1.key }.map { #""\#($0.key)":"\#($0.value)""# }
        let labels = texts.isEmpty ? "" : #""config":{"Labels":{\#(texts.joined(separator: ","))}},"#
        let words = #""os":"linux","architecture":"\#(image.architecture)","seed":\#(image.seed)"#
        let config = "{\(created)\(labels)\(words)}"
        let layerType =
            image.isDocker
            ? "application/vnd.docker.image.rootfs.diff.tar.gzip" : "application/vnd.oci.image.layer.v1.tar+gzip"
        for text in [config] + image.layers { blob(text, in: name) }
        let layers =
            image.layers.map { Self.descriptor(Array($0.utf8), layerType) }
            + image.foreign.map {
                Self.descriptor(Array($0.utf8), "application/vnd.oci.image.layer.nondistributable.v1.tar")
            }
        let type: MediaType = image.isDocker ? .dockerManifest : .ociManifest
        let members = [
            #""schemaVersion":2,"mediaType":"\#(type)""#,
            #""config":\#(Self.descriptor(Array(config.utf8), image.configType))"#,
            #""layers":[\#(layers.joined(separator: ","))]"#,
        ]
        return manifest(members + Self.extras(image.annotations, image.subject), type, tags, name)
    }

    /// An index of manifests that are there, or are said to be.
    @discardableResult
    func index(
        _ children: [Digest], tags: [String] = [], in name: String = "app", platforms: [String] = [],
        annotations: [String: String] = [:]
    ) -> Digest {
        let entries = children.enumerated().map { number, digest -> String in
            let (size, type) = with { state in
                let manifest = state.repositories[name]?.manifests[digest]
                return (manifest?.bytes.count ?? 1, manifest?.type ?? MediaType.ociManifest.text)
            }
            let platform = platforms.indices.contains(number) ? platforms[number].split(separator: "/") : []
            let words =
                platform.count == 2 ? #","platform":{"os":"\#(platform[0])","architecture":"\#(platform[1])"}"# : ""
            return #"{"mediaType":"\#(type)","digest":"\#(digest)","size":\#(size)\#(words)}"#
        }
        let members = [
            #""schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)""#,
            #""manifests":[\#(entries.joined(separator: ","))]"#,
        ]
        return manifest(members + Self.extras(annotations, nil), .ociIndex, tags, name)
    }

    /// The list that clients keep of what refers to `subject`, under its tag.
    @discardableResult
    func list(_ referrers: [Digest], of subject: Digest, in name: String = "app") -> Digest {
        index(referrers, tags: [subject.tagForm], in: name)
    }

    private static func extras(_ annotations: [String: String], _ subject: Digest?) -> [String] {
        let texts = annotations.sorted { $0.key < $1.key }.map { #""\#($0.key)":"\#($0.value)""# }
        return (texts.isEmpty ? [] : [#""annotations":{\#(texts.joined(separator: ","))}"#])
            + (subject.map { [#""subject":{"mediaType":"\#(MediaType.ociManifest)","digest":"\#($0)","size":1}"#] }
                ?? [])
    }

    private static func descriptor(_ bytes: [UInt8], _ type: String) -> String {
        #"{"mediaType":"\#(type)","digest":"\#(Digest(of: bytes))","size":\#(bytes.count)}"#
    }

    private func manifest(_ members: [String], _ type: MediaType, _ tags: [String], _ name: String) -> Digest {
        manifest(text: "{\(members.joined(separator: ","))}", type.text, tags: tags, in: name)
    }

    /// A manifest of any kind.
    @discardableResult
    func manifest(text: String, _ type: String, tags: [String], in name: String = "app") -> Digest {
        let bytes = Array(text.utf8)
        let digest = Digest(of: bytes)
        with { state in
            state.repositories[name, default: Content()].manifests[digest] = StoredManifest(bytes: bytes, type: type)
            for tag in tags { state.repositories[name]?.tags[tag] = digest }
        }
        return digest
    }

    /// Gives `tag` to a manifest that is there.
    func tag(_ digest: Digest, as tag: String, in name: String = "app") {
        with { $0.repositories[name]?.tags[tag] = digest }
    }

    // MARK: what is there

    func tags(in name: String = "app") -> [String: Digest] { with { $0.repositories[name]?.tags ?? [:] } }

    func has(_ digest: Digest, in name: String = "app") -> Bool {
        with { $0.repositories[name]?.manifests[digest] != nil }
    }

    /// What a reader of the repository would miss: tags that lead nowhere, and what is not there of what they consist of.
    func gaps(in name: String = "app") -> [String] {
        with { state in
            guard let repository = state.repositories[name] else { return [] }
            var gaps: [String] = []
            var unread = repository.tags.map { ($0.key, $0.value) }
            while let (path, digest) = unread.popLast() {
                guard let manifest = repository.manifests[digest],
                    let read = try? Manifest(parsing: manifest.bytes)
                else {
                    gaps.append(path)
                    continue
                }
                switch read.content {
                case .image(let config, let layers):
                    gaps += ([config] + layers).filter { repository.blobs[$0.digest] == nil && !$0.isForeign }.map {
                        "\(path) → \($0.digest)"
                    }
                case .index(let entries): unread += entries.map { ("\(path) → \($0.digest)", $0.digest) }
                }
            }
            return gaps.sorted()
        }
    }

    // MARK: its clients

    func settings(credential: Credential? = nil, parallel: Int = 16) -> RegistrySettings {
        var settings = RegistrySettings(client: self) { _ in credential }
        settings.pacing = clock.pacing()
        settings.parallel = parallel
        return settings
    }

    func repository(_ name: String = "app") throws -> Repository {
        try Repository("\(host)/\(name)")
    }

    func client(
        _ name: String = "app", for actions: Set<AuthScope.Action> = [.pull, .push, .delete], parallel: Int = 16
    ) async throws -> RepositoryClient {
        try await RepositoryClient.connect(
            to: repository(name), for: actions, settings(parallel: parallel))
    }
}
