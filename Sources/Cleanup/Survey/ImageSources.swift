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
        var config: Digest?
        /// The labels of an image; `nil` as long as they are not known.
        var labels: [String: String]?
        /// The images of an index; `nil` for what is none.
        var images: [Inventory.Node]?
        var isAbsent = false
    }

    /// Sources by their manifests: a dictionary of a million would have room for two.
    private struct Table: Sendable {
        private var places: [UInt32] = []
        private var sources: [Source] = []

        subscript(node: Inventory.Node) -> Source? {
            get { node.place < places.count && places[node.place] != .max ? sources[Int(places[node.place])] : nil }
            set {
                guard let newValue else { return }
                let missing = node.place + 1 - places.count
                if missing > 0 { places += repeatElement(.max, count: missing) }
                if places[node.place] == .max {
                    places[node.place] = UInt32(sources.count)
                    sources.append(newValue)
                } else {
                    sources[Int(places[node.place])] = newValue
                }
            }
        }
    }

    private var sources = Table()
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
            source.config = config.isImageConfig ? config.digest : nil
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
    ///
    /// What stands in for another image, `original`, is as old as that, and marked like it.
    mutating func note(_ config: ImageConfig?, of node: Inventory.Node, original: Inventory.Node?) {
        guard var source = sources[node] else { return }
        source.config = nil
        if let original {
            source.images = [original]
        } else if let config {
            source.created = source.created ?? config.created?.plausible
            source.labels = needs.wantedLabels(config.labels)
        }
        sources[node] = source
    }

    /// The manifests that the answers to `wishes` stand in: those themselves, and what indexes hold.
    private func expanded(_ wishes: [Inventory.Node: ImageWish]) -> [Inventory.Node: ImageWish] {
        var expanded = wishes, pending = Array(wishes.keys)
        while let node = pending.popLast() {
            guard let source = sources[node], let images = source.images, images.count <= Self.imageLimit,
                var wish = expanded[node]
            else { continue }
            if source.created != nil { wish.remove(.created) }
            wish.remove(.annotations)
            for image in images where !expanded[image, default: []].isSuperset(of: wish) {
                expanded[image, default: []].formUnion(wish)
                pending.append(image)
            }
        }
        return expanded
    }

    /// The manifests that have to be read for `wishes`.
    func unread(_ wishes: [Inventory.Node: ImageWish]) -> [Inventory.Node] {
        expanded(wishes).keys.filter { sources[$0] == nil }.sorted { $0.number < $1.number }
    }

    /// The configs that have to be read for `wishes`.
    func unreadConfigs(_ wishes: [Inventory.Node: ImageWish]) -> [(node: Inventory.Node, config: Digest)] {
        var found: [(node: Inventory.Node, config: Digest)] = []
        for (node, wish) in expanded(wishes) {
            guard let source = sources[node], let config = source.config else { continue }
            if wish.contains(.labels) || wish.contains(.created) && source.created == nil {
                found.append((node, config))
            }
        }
        return found.sorted { $0.node.number < $1.node.number }
    }

    /// When an image was made, an index as its newest image; `nil` where that is not known of one of them.
    mutating func created(_ node: Inventory.Node, depth: Int = 0) -> Timestamp? {
        guard let source = sources[node], depth <= Self.depthLimit else { return nil }
        if let created = source.created { return created }
        guard let images = source.images, images.count <= Self.imageLimit else { return nil }
        var newest: Timestamp?
        for image in images where sources[image]?.isAbsent != true {
            guard let created = created(image, depth: depth + 1) else {
                // Not to be found out again for each index that holds it.
                sources[node]?.images = nil
                return nil
            }
            newest = max(newest ?? created, created)
        }
        sources[node]?.created = newest
        if newest == nil { sources[node]?.images = nil }
        return newest
    }

    /// What an image is marked with; `nil` where that is not known of one of an index's images.
    func marks(_ node: Inventory.Node, _ wish: ImageWish) -> ImageMarks? {
        guard let source = sources[node], !source.isAbsent else { return nil }
        guard wish.contains(.labels) else { return ImageMarks(annotations: source.annotations) }
        var budget = Self.imageLimit
        guard let labels = labels(of: node, &budget) else { return nil }
        return ImageMarks(labels: labels, annotations: source.annotations)
    }

    /// The labels of each image; `nil` also where there are more manifests to look at than `budget`.
    private func labels(of node: Inventory.Node, _ budget: inout Int) -> [[String: String]]? {
        budget -= 1
        guard budget >= 0, let source = sources[node] else { return nil }
        guard let images = source.images else { return source.labels.map { [$0] } }
        var found: [[String: String]] = []
        for image in images where sources[image]?.isAbsent != true {
            guard let labels = labels(of: image, &budget) else { return nil }
            found += labels
        }
        return found
    }
}

extension Timestamp {
    /// The time where it can be that of an image.
    fileprivate var plausible: Timestamp? { isPlausible ? self : nil }
}
