internal import Registry

/// Where the facts about images stand: in their manifests, in their configs, and of an index in its images.
///
/// Only what somebody asks about is in here.
struct ImageSources: Sendable {
    /// Where the facts about one manifest stand.
    private struct Source: Sendable {
        /// What the manifest itself says.
        var created: Timestamp?
        var annotations: [String: String] = [:]
        /// The config of an image that nobody has read yet.
        var config: Descriptor?
        /// The labels of an image; `nil` as long as they are not known.
        var labels: [String: String]?
        /// The images of an index; `nil` for what is none.
        var images: [Inventory.Node]?
        var isAbsent = false
    }

    private var sources: [Inventory.Node: Source] = [:]
    private let needs: SurveyNeeds

    private static let createdAnnotation = "org.opencontainers.image.created"
    /// A deeper nesting of indexes, or a larger one, serves nobody.
    private static let depthLimit = 4
    private static let imageLimit = 1000

    init(_ needs: SurveyNeeds) { self.needs = needs }

    /// Whether the manifest has been read.
    func has(_ node: Inventory.Node) -> Bool { sources[node] != nil }

    /// Notes what a manifest says, whose index's images are `images`.
    mutating func note(_ document: ManifestDocument, _ node: Inventory.Node, images: [Inventory.Node]) {
        var source = Source()
        let annotations = document.manifest.annotations
        source.created = annotations[Self.createdAnnotation].flatMap { Timestamp($0) }.flatMap(\.plausible)
        source.annotations = needs.wantedAnnotations(annotations)
        switch document.manifest.content {
        case .image(let config, _):
            source.config = config.isImageConfig ? config : nil
            source.labels = config.isImageConfig ? nil : [:]
        case .index: source.images = images
        }
        sources[node] = source
    }

    /// Notes that there is no such manifest.
    mutating func noteAbsence(of node: Inventory.Node) {
        var source = Source()
        source.isAbsent = true
        sources[node] = source
    }

    /// Notes that nobody can read the manifest: nothing is known of it.
    mutating func noteUnreadable(_ node: Inventory.Node) { sources[node] = Source() }

    /// Notes what an image's config says; nothing where nobody can read it.
    mutating func note(_ config: ImageConfig?, of node: Inventory.Node) {
        guard var source = sources[node] else { return }
        source.config = nil
        if let config {
            source.created = source.created ?? config.created?.plausible
            source.labels = needs.wantedLabels(config.labels)
        }
        sources[node] = source
    }

    /// The images that the answer to `wish` stands in: the manifest itself, or what an index holds.
    private func images(
        of node: Inventory.Node, _ wish: ImageWish, depth: Int = 0, _ visit: (Inventory.Node) -> Void
    ) {
        visit(node)
        guard let source = sources[node], let images = source.images, depth < Self.depthLimit,
            images.count <= Self.imageLimit,
            wish.contains(.labels) || wish.contains(.created) && source.created == nil
        else { return }
        for image in images { self.images(of: image, wish, depth: depth + 1, visit) }
    }

    /// The manifests that have to be read for `wishes`.
    func unread(_ wishes: [Inventory.Node: ImageWish]) -> [Inventory.Node] {
        var found: Set<Inventory.Node> = []
        for (node, wish) in wishes {
            images(of: node, wish) { if sources[$0] == nil { found.insert($0) } }
        }
        return found.sorted { $0.number < $1.number }
    }

    /// The configs that have to be read for `wishes`.
    func unreadConfigs(_ wishes: [Inventory.Node: ImageWish]) -> [(node: Inventory.Node, config: Descriptor)] {
        var found: [Inventory.Node: Descriptor] = [:]
        for (node, wish) in wishes {
            images(of: node, wish) { image in
                guard let source = sources[image], let config = source.config else { return }
                if wish.contains(.labels) || wish.contains(.created) && source.created == nil { found[image] = config }
            }
        }
        return found.sorted { $0.key.number < $1.key.number }.map { ($0.key, $0.value) }
    }

    /// When an image was made, an index as its newest image; `nil` where that is not known of one of them.
    func created(_ node: Inventory.Node, depth: Int = 0) -> Timestamp? {
        guard let source = sources[node], depth <= Self.depthLimit else { return nil }
        if let created = source.created { return created }
        guard let images = source.images, images.count <= Self.imageLimit else { return nil }
        var newest: Timestamp?
        for image in images where sources[image]?.isAbsent != true {
            guard let created = created(image, depth: depth + 1) else { return nil }
            newest = max(newest ?? created, created)
        }
        return newest
    }

    /// What an image is marked with; `nil` where that is not known of one of an index's images.
    func marks(_ node: Inventory.Node, _ wish: ImageWish) -> ImageMarks? {
        guard let source = sources[node], !source.isAbsent else { return nil }
        guard wish.contains(.labels) else { return ImageMarks(annotations: source.annotations) }
        guard let labels = labels(of: node) else { return nil }
        return ImageMarks(labels: labels, annotations: source.annotations)
    }

    private func labels(of node: Inventory.Node, depth: Int = 0) -> [[String: String]]? {
        guard let source = sources[node], depth <= Self.depthLimit else { return nil }
        guard let images = source.images else { return source.labels.map { [$0] } }
        guard images.count <= Self.imageLimit else { return nil }
        var found: [[String: String]] = []
        for image in images where sources[image]?.isAbsent != true {
            guard let labels = labels(of: image, depth: depth + 1) else { return nil }
            found += labels
        }
        return found
    }
}

extension Timestamp {
    /// The time where it can be that of an image.
    fileprivate var plausible: Timestamp? { isPlausible ? self : nil }
}
