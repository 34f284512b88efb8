internal import Registry

/// All that a survey has found out so far.
struct SurveyRecord: Sendable {
    /// A tag that is not in the inventory yet, since its time may not be known.
    struct Row: Sendable {
        let tag: Tag
        let place: Int
        let node: Inventory.Node?
        let created: Timestamp?
        let pushed: Timestamp?
    }

    var inventory = Inventory()
    var sources: ImageSources
    /// Whether the registry itself keeps the lists of what refers to manifests; `nil` as long as nobody has asked.
    private(set) var registryKeepsReferrers: Bool?
    /// How many manifests there are that nobody can read.
    private(set) var unreadableCount = 0
    private(set) var rows: [Row] = []
    private let needs: SurveyNeeds
    /// The tags that are there: some lists show one twice.
    private var seen: Set<Tag> = []
    /// The manifests that have tags; `nil` as long as nobody has asked.
    private var tagged: Set<Inventory.Node>?

    init(_ needs: SurveyNeeds) {
        self.needs = needs
        sources = ImageSources(needs)
    }

    // MARK: lists

    /// Notes what a vendor's list has.
    mutating func note(_ listed: ListedTag) {
        let facts = listed.facts, node = inventory.node(facts.digest)
        if let type = facts.mediaType { setKind(type, of: node) }
        inventory.setSize(facts.size, of: node)
        guard let tag = listed.tag else {
            return inventory.addUntagged(node, created: facts.created, pushed: facts.pushed)
        }
        add(Row(tag: tag, place: rows.count, node: node, created: facts.created, pushed: facts.pushed))
    }

    /// Notes a tag whose manifest was read.
    mutating func note(_ read: ReadTag) {
        var node: Inventory.Node?
        switch read.content {
        case .document(let document): node = note(document, isWanted: needs.wants(read.tag.text) != [])
        case .unreadable(let digest, _):
            if let digest {
                let known = inventory.node(digest)
                inventory.setUnreadable(known)
                node = known
            }
        }
        add(Row(tag: read.tag, place: read.place, node: node, created: nil, pushed: read.pushed))
    }

    private mutating func add(_ row: Row) {
        if seen.insert(row.tag).inserted { rows.append(row) }
    }

    // MARK: manifests

    private mutating func setKind(_ type: MediaType, of node: Inventory.Node) {
        if type.isIndex || type.isManifest { inventory.setKind(isIndex: type.isIndex, of: node) }
    }

    /// Notes a manifest that was read; where somebody asks about its image, also where the answer stands.
    @discardableResult
    mutating func note(_ document: ManifestDocument, isWanted: Bool) -> Inventory.Node {
        let node = inventory.node(document.digest)
        let subject = document.manifest.subject.map { inventory.node($0.digest) }
        inventory.setKind(isIndex: document.mediaType.isIndex, of: node)
        var images: [Inventory.Node] = []
        switch document.manifest.content {
        case .image(let config, let layers):
            inventory.setSize(document.bytes.count, of: node)
            inventory.setContent(
                of: node, children: [], subject: subject, blobs: ([config] + layers).map { ($0.digest, $0.size) })
        case .index(let entries):
            inventory.setSize(document.bytes.count, of: node)
            var children: [Inventory.Node] = []
            for entry in entries {
                let child = inventory.node(entry.digest)
                if !entry.mediaType.isEmpty { setKind(MediaType(entry.mediaType), of: child) }
                children.append(child)
                if entry.platform?.isUnknown != true { images.append(child) }
            }
            inventory.setContent(of: node, children: children, subject: subject)
        }
        if isWanted, !sources.has(node) { sources.note(document, node, images: images) }
        return node
    }

    /// Notes what the config of an image says, where somebody can read it.
    mutating func note(_ config: ImageConfig?, of node: Inventory.Node) {
        let original = config?.original.map { inventory.node($0) }
        sources.note(config, of: node, original: original == node ? nil : original)
    }

    /// Notes that there is no such manifest.
    mutating func noteAbsence(of node: Inventory.Node) {
        inventory.setAbsent(node)
        sources.noteAbsence(of: node)
    }

    /// Notes that nobody can read a manifest.
    mutating func noteUnreadable(_ node: Inventory.Node) {
        unreadableCount += 1
        inventory.setUnreadable(node)
        sources.noteUnreadable(node)
    }

    /// Notes what refers to a manifest, as the registry says.
    mutating func note(_ referrers: Referrers, of node: Inventory.Node) {
        switch referrers {
        case .keptByClients: registryKeepsReferrers = false
        case .told(let entries):
            registryKeepsReferrers = true
            for entry in entries where entry.digest != inventory.digest(of: node) {
                let referrer = inventory.node(entry.digest)
                if !entry.mediaType.isEmpty { setKind(MediaType(entry.mediaType), of: referrer) }
                inventory.setSubject(node, of: referrer)
            }
        }
        inventory.setReferrersKnown(of: node)
    }

    /// Notes whether a manifest is there, and of what kind.
    mutating func note(presence type: MediaType?, of node: Inventory.Node) {
        guard let type else { return inventory.setAbsent(node) }
        inventory.setKind(isIndex: type.isIndex, of: node)
    }

    // MARK: tags

    /// What is still to be found out about the images of tags; `needsCreated` says whether when they were made is.
    func wishes(needsCreated: Bool) -> [Inventory.Node: ImageWish] {
        var wishes: [Inventory.Node: ImageWish] = [:]
        for row in rows {
            guard let node = row.node, !inventory.traits[node.place].contains(.unreadable) else { continue }
            var wish = needs.wants(row.tag.text)
            if !needsCreated || row.created != nil { wish.remove(.created) }
            if wish != [] { wishes[node, default: []].formUnion(wish) }
        }
        return wishes
    }

    /// The tags of a manifest, once all are listed.
    mutating func tags(of node: Inventory.Node) -> Set<Tag> {
        let places = 0..<inventory.tagCount
        let tagged =
            tagged ?? Set(rows.compactMap(\.node)).union(places.compactMap { inventory.node(ofTagAt: $0) })
        self.tagged = tagged
        guard tagged.contains(node) else { return [] }
        let named = places.filter { inventory.node(ofTagAt: $0) == node }.compactMap {
            try? Tag(inventory.tagName(at: $0))
        }
        return Set(rows.filter { $0.node == node }.map(\.tag)).union(named)
    }

    /// Puts the tags into the inventory, in the registry's order, with what has been found out about their images.
    mutating func addTags(_ wishes: [Inventory.Node: ImageWish]) {
        // What is found out about times leaves nothing of what labels are found by.
        for (node, wish) in wishes where wish != .created {
            if let marks = sources.marks(node, wish) { inventory.setMarks(marks, of: node) }
        }
        rows.sort { $0.place < $1.place }
        for row in rows {
            let wish = row.node.flatMap { wishes[$0] } ?? []
            var created = row.created
            if created == nil, let node = row.node, wish.contains(.created) { created = sources.created(node) }
            inventory.add(row.tag, row.node, created: created, pushed: row.pushed)
        }
        rows = []
        seen = []
        sources = ImageSources(needs)
    }
}
