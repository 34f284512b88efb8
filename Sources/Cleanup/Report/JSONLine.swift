internal import Registry

/// An object of JSON on one line, put together member by member: a million rows make no values of their own.
struct JSONLine {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    /// The text, with the brace that ends it.
    var text: String { String(decoding: bytes, as: UTF8.self) + "}" }

    /// The text that begins an object whose last member follows.
    func opening(_ key: String, with bracket: String) -> String {
        var line = self
        line.key(key)
        return String(decoding: line.bytes, as: UTF8.self) + bracket
    }

    /// Adds text, or `null` where there is none.
    mutating func add(_ name: String, _ text: String?) {
        key(name)
        if let text { quote(text) } else { bytes += "null".utf8 }
    }

    /// Adds a whole number, or `null` where there is none.
    mutating func add(_ name: String, _ number: Int?) {
        key(name)
        bytes += (number.map(String.init) ?? "null").utf8
    }

    /// Adds `true` or `false`.
    mutating func add(_ name: String, _ truth: Bool) {
        key(name)
        bytes += (truth ? "true" : "false").utf8
    }

    /// Adds what is JSON already.
    mutating func add(_ name: String, json: String) {
        key(name)
        bytes += json.utf8
    }

    private mutating func key(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        quote(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20, 0x7F:
                bytes += "\\u00".utf8
                for digit in [byte >> 4, byte & 15] { bytes.append((digit < 10 ? 0x30 : 0x57) + digit) }
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSONLine {
    /// Writes an array, each element on a line of its own, and what stands around it.
    static func array<Failure: Error>(
        _ elements: some Sequence<String>, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var separator = "\n"
        var iterator = elements.makeIterator()
        while let element = iterator.next() {
            try sink(separator + element)
            separator = ",\n"
        }
        try sink(separator == "\n" ? "]" : "\n]")
    }
}

extension PlanView.TagRow {
    /// Its object, in which `decision` stands behind where it leads.
    func json(_ decision: (inout JSONLine) -> Void) -> String {
        var line = JSONLine()
        line.add("name", name)
        line.add("digest", digest?.text)
        decision(&line)
        line.add("rule", rule)
        line.add("reason", reason)
        line.add("createdAt", created.map(Figures.time))
        line.add("pushedAt", pushed.map(Figures.time))
        line.add("size", size)
        return line.text
    }
}

extension PlanView.ManifestRow {
    /// The same of a manifest.
    func json(_ decision: (inout JSONLine) -> Void) -> String {
        var line = JSONLine()
        line.add("digest", digest.text)
        decision(&line)
        line.add("rule", rule)
        line.add("reason", reason)
        return line.text
    }
}
