public import Registry

/// What a repository holds, as far as a plan needs it: tags, manifests, and what leads to what.
///
/// Made for a million tags and three million manifests: columns of numbers, no objects. It is filled in any order, and
/// what has been said twice counts once.
public struct Inventory: Sendable {
    /// A manifest, by its number.
    public struct Node: Hashable, Sendable {
        let number: UInt32
        var place: Int { Int(number) }

        init(_ number: UInt32) { self.number = number }
        init(_ place: Int) { number = UInt32(place) }

        /// The node that there is not.
        static let none = Node(UInt32.max)
    }

    /// What is known of a manifest.
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt8

        /// It is a list of manifests.
        static let index = Traits(rawValue: 1)
        /// It is known what it holds.
        static let read = Traits(rawValue: 2)
        /// It is known what refers to it.
        static let referrersKnown = Traits(rawValue: 4)
        /// The registry does not have it.
        static let absent = Traits(rawValue: 8)
        /// Nobody can read it.
        static let unreadable = Traits(rawValue: 16)
        /// The registry's list has it, without a tag.
        static let untagged = Traits(rawValue: 32)
        /// Its kind is known.
        static let kindKnown = Traits(rawValue: 64)
        /// The registry has it.
        static let seen = Traits(rawValue: 128)
    }

    /// One thing that leads to another.
    struct Edge: Sendable {
        let from: UInt32, to: UInt32
    }

    /// The time of what has none.
    static let noTime = Int.min

    // Tags.
    private(set) var names: [UInt8] = []
    private(set) var nameEnds: [UInt32] = []
    private(set) var tagNodes: [Node] = []
    private(set) var tagCreated: [Int] = []
    private(set) var tagPushed: [Int] = []
    /// The manifests that tags are named after.
    private(set) var tagSubjects: [Node] = []

    // Manifests.
    private(set) var manifests = DigestTable()
    private(set) var traits: [Traits] = []
    /// The bytes of the manifest, or of all that it consists of where its blobs are not known; -1 for unknown.
    private(set) var sizes: [Int] = []
    /// When those without a tag were made or came: seconds since 1970.
    private(set) var times: [Int] = []
    private(set) var subjects: [Node] = []
    /// What indexes hold.
    private(set) var children: [Edge] = []
    /// What images have of labels and annotations that somebody asks for.
    private(set) var marks: [UInt32: ImageMarks] = [:]

    // Blobs.
    private var blobs = DigestTable()
    private(set) var blobSizes: [Int] = []
    private(set) var blobUses: [Edge] = []

    /// An empty repository.
    public init() {}

    /// How many tags there are.
    public var tagCount: Int { nameEnds.count }
    /// How many manifests are known.
    public var manifestCount: Int { manifests.count }

    /// The number of a manifest.
    public mutating func node(_ digest: Digest) -> Node {
        let (number, isNew) = manifests.insert(digest)
        if isNew {
            traits.append([])
            sizes.append(-1)
            times.append(Self.noTime)
            subjects.append(.none)
        }
        return Node(number)
    }

    /// The number of a manifest that is known.
    public func find(_ digest: Digest) -> Node? { manifests.number(of: digest).map { Node($0) } }

    /// The digest of a manifest.
    public func digest(of node: Node) -> Digest { manifests.digests[node.place] }

    /// Adds a tag.
    ///
    /// - Parameters:
    ///   - tag: The tag.
    ///   - node: Where it leads; `nil` where that could not be found out: it then stays.
    ///   - created: When its image was made; implausible times are as good as none.
    ///   - pushed: When it came to the registry.
    public mutating func add(_ tag: Tag, _ node: Node?, created: Timestamp? = nil, pushed: Timestamp? = nil) {
        names += tag.text.utf8
        nameEnds.append(UInt32(names.count))
        tagNodes.append(node ?? .none)
        tagCreated.append(Self.seconds(created))
        tagPushed.append(Self.seconds(pushed))
        tagSubjects.append(AttachedTag.subject(of: tag.text).map { self.node($0) } ?? .none)
        if let node { traits[node.place].insert(.seen) }
    }

    /// Notes a manifest that has no tag.
    public mutating func addUntagged(_ node: Node, created: Timestamp? = nil, pushed: Timestamp? = nil) {
        traits[node.place].insert([.untagged, .seen])
        times[node.place] = max(Self.seconds(pushed ?? created), times[node.place])
    }

    /// Notes the bytes of a manifest: its own where its blobs are noted too, else all that it consists of.
    public mutating func setSize(_ size: Int?, of node: Node) {
        if let size { sizes[node.place] = max(0, size) }
    }

    /// Notes whether a manifest is an index.
    public mutating func setKind(isIndex: Bool, of node: Node) {
        traits[node.place].insert(isIndex ? [.kindKnown, .seen, .index] : [.kindKnown, .seen])
    }

    /// Notes what a manifest that was read consists of.
    public mutating func setContent(
        of node: Node, children held: [Node], subject: Node?, blobs used: [(digest: Digest, size: Int)] = []
    ) {
        guard !traits[node.place].contains(.read) else { return }
        traits[node.place].insert([.read, .seen])
        for child in held { children.append(Edge(from: node.number, to: child.number)) }
        if let subject { subjects[node.place] = subject }
        for (digest, size) in used {
            let (number, isNew) = blobs.insert(digest)
            if isNew { blobSizes.append(max(0, size)) }
            blobUses.append(Edge(from: node.number, to: number))
        }
    }

    /// Notes that `referrer` says something about `subject`, as a list of referrers tells.
    ///
    /// What it says itself counts more.
    public mutating func setSubject(_ subject: Node, of referrer: Node) {
        if !traits[referrer.place].contains(.read) { subjects[referrer.place] = subject }
    }

    /// Notes that all that refers to a manifest is known now.
    public mutating func setReferrersKnown(of node: Node) { traits[node.place].insert(.referrersKnown) }

    /// Notes that the registry does not have a manifest.
    public mutating func setAbsent(_ node: Node) { traits[node.place].insert(.absent) }

    /// Notes that nobody can read a manifest: it, and what leads to it, stays.
    public mutating func setUnreadable(_ node: Node) {
        traits[node.place].insert([.unreadable, .read, .kindKnown, .seen])
    }

    /// Notes an image's labels and annotations, or those of the images of an index.
    public mutating func setMarks(_ marks: ImageMarks, of node: Node) { self.marks[node.number] = marks }

    /// The name of the tag at `place`.
    public func tagName(at place: Int) -> String {
        String(decoding: names[nameStart(at: place)..<Int(nameEnds[place])], as: UTF8.self)
    }

    /// Where the tag at `place` leads.
    public func node(ofTagAt place: Int) -> Node? { tagNodes[place] == .none ? nil : tagNodes[place] }

    /// The manifest that the tag at `place` is named after.
    func subject(ofTagAt place: Int) -> Node? { tagSubjects[place] == .none ? nil : tagSubjects[place] }

    /// Whether the tag at `place`, which is named after a manifest, is the list of its referrers by its name.
    func isListOfReferrers(_ place: Int) -> Bool {
        Int(nameEnds[place]) - nameStart(at: place) == AttachedTag.listLength
    }

    func nameStart(at place: Int) -> Int { place == 0 ? 0 : Int(nameEnds[place - 1]) }

    private static func seconds(_ time: Timestamp?) -> Int {
        guard let time, time.isPlausible else { return noTime }
        return time.secondsSince1970
    }
}

/// The labels and annotations of an image that somebody asks for.
public struct ImageMarks: Hashable, Sendable {
    /// The labels of each image: one for an image, and for an index one for each that it holds.
    public var labels: [[String: String]]
    /// The annotations of the manifest.
    public var annotations: [String: String]

    /// The marks of an image.
    public init(labels: [[String: String]] = [], annotations: [String: String] = [:]) {
        self.labels = labels
        self.annotations = annotations
    }
}
