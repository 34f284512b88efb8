internal import CYAML

extension YAMLNode {
    /// The longest document, in bytes: what people write by hand is far shorter.
    public static let lengthLimit = 1 << 20
    /// The deepest nesting.
    public static let depthLimit = 64

    /// Reads `text`, one document in UTF-8.
    ///
    /// Refused are: anchors and aliases, by which a short text could become an endless one; tags, which would give a
    /// value another type than it seems to have; keys that are there twice, or are no text; a second document.
    ///
    /// - Parameter text: The document.
    /// - Throws: `YAMLError`, with the place.
    public init(parsing text: [UInt8]) throws(YAMLError) {
        guard text.count <= Self.lengthLimit else {
            throw YAMLError("the document is longer than 1 MiB", Position(line: 1, column: 1))
        }
        self = try unsafe text.span.withUnsafeBytes { bytes throws(YAMLError) in
            let events = try unsafe EventSource(bytes)
            return try events.document()
        }
    }
}

/// libyaml's parser, at work on bytes that outlive it.
@safe private struct EventSource: ~Copyable {
    /// Of one address from the first to the last: libyaml keeps pointers from the parser into itself.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) throws(YAMLError) {
        guard let start = bytes.baseAddress else {
            throw YAMLError("the document is empty", .init(line: 1, column: 1))
        }
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.deallocate()
            throw YAMLError("there is not enough memory", .init(line: 1, column: 1))
        }
        unsafe self.parser = parser
        unsafe self.bytes = bytes
        unsafe yaml_parser_set_input_string(parser, start.assumingMemoryBound(to: UInt8.self), bytes.count)
        // Else a text that begins with a mark of UTF-16 is read as that.
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }
}

/// What libyaml finds next.
private enum Event {
    case scalar(String, isQuoted: Bool)
    case sequence
    case mapping
    /// The end of a sequence, a mapping, a document.
    case end
    case document
    /// The begin or end of everything.
    case stream
    case refused(String)
}

extension EventSource {
    /// The only document.
    borrowing func document() throws(YAMLError) -> YAMLNode {
        _ = try next()
        let (begin, start) = try next()
        guard case .document = begin else { throw YAMLError("the document is empty", start) }
        let (event, position) = try next()
        let root = try node(event, position, depth: 1)
        _ = try next()
        let (after, end) = try next()
        guard case .stream = after else { throw YAMLError("a second document begins here", end) }
        return root
    }

    /// The node that begins with `event`.
    private borrowing func node(
        _ event: Event, _ position: YAMLNode.Position, depth: Int
    ) throws(YAMLError) -> YAMLNode {
        guard depth <= YAMLNode.depthLimit else {
            throw YAMLError("it is nested more than \(YAMLNode.depthLimit) levels deep", position)
        }
        let content: YAMLNode.Content =
            switch event {
            case .scalar(let text, let isQuoted): .scalar(text, isQuoted: isQuoted)
            case .sequence: .sequence(try elements(depth: depth))
            case .mapping: .mapping(try members(depth: depth))
            case .refused(let reason): throw YAMLError(reason, position)
            case .end, .document, .stream: throw YAMLError("a value is missing", position)
            }
        return YAMLNode(content: content, position: position)
    }

    private borrowing func elements(depth: Int) throws(YAMLError) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        while true {
            let (event, position) = try next()
            if case .end = event { return elements }
            elements.append(try node(event, position, depth: depth + 1))
        }
    }

    private borrowing func members(depth: Int) throws(YAMLError) -> [YAMLNode.Member] {
        var members: [YAMLNode.Member] = []
        var keys: Set<String> = []
        while true {
            let (event, position) = try next()
            switch event {
            case .end: return members
            case .refused(let reason): throw YAMLError(reason, position)
            case .scalar(let key, _):
                guard keys.insert(key).inserted else { throw YAMLError("a key that is there already", position) }
                let (event, place) = try next()
                members.append(.init(key: key, position: position, value: try node(event, place, depth: depth + 1)))
            default: throw YAMLError("a key that is no text", position)
            }
        }
    }

    /// The next event, and where it begins.
    private borrowing func next() throws(YAMLError) -> (Event, YAMLNode.Position) {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { unsafe yaml_event_delete(&event) }
        return unsafe (Event(event), YAMLNode.Position(event.start_mark))
    }

    /// Why libyaml cannot go on.
    private borrowing func failure() -> YAMLError {
        var problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "there is not enough memory"
        // What it says of `tags: *`, which nobody would understand.
        if problem == "did not find expected alphabetic or numeric character" {
            problem = "a text that begins with * or & needs quotes"
        }
        switch unsafe parser.pointee.error {
        case YAML_READER_ERROR:
            // Its place is a number of bytes.
            let before = unsafe bytes.prefix(parser.pointee.problem_offset)
            return unsafe YAMLError(problem, YAMLNode.Position(after: Array(before)))
        default: return unsafe YAMLError(problem, YAMLNode.Position(parser.pointee.problem_mark))
        }
    }
}

extension Event {
    /// What `event` says; it is copied.
    init(_ event: borrowing yaml_event_t) {
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let text = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            self =
                unsafe Self.refusal(isMarked: scalar.anchor != nil, isTagged: scalar.tag != nil)
                ?? .scalar(
                    String(decoding: text, as: UTF8.self), isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE)
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            self = unsafe Self.refusal(isMarked: start.anchor != nil, isTagged: start.tag != nil) ?? .sequence
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            self = unsafe Self.refusal(isMarked: start.anchor != nil, isTagged: start.tag != nil) ?? .mapping
        case YAML_ALIAS_EVENT:
            self = .refused("aliases (*name) are not supported; a text that begins with * needs quotes")
        case YAML_DOCUMENT_START_EVENT: self = .document
        case YAML_STREAM_START_EVENT, YAML_STREAM_END_EVENT: self = .stream
        default: self = .end
        }
    }

    private static func refusal(isMarked: Bool, isTagged: Bool) -> Event? {
        if isMarked { return .refused("anchors (&name) are not supported; a text that begins with & needs quotes") }
        if isTagged { return .refused("tags (!name) are not supported; a text that begins with ! needs quotes") }
        return nil
    }
}

extension YAMLNode.Position {
    init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }

    /// The place behind `bytes`.
    init(after bytes: [UInt8]) {
        let line = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let characters = String(decoding: line.last ?? [], as: UTF8.self).unicodeScalars.count
        self.init(line: line.count, column: characters + 1)
    }
}
