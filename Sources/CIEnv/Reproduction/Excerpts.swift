// Names and words of others, as a line for a person may show them: nothing in them moves a terminal's cursor.
extension String {
    /// What can be seen of it: its printable ASCII characters, the beginning of them.
    var visible: String {
        let shown = utf8.filter { (0x20...0x7E).contains($0) }
        return String(decoding: shown.prefix(200), as: UTF8.self) + (shown.count > 200 ? "..." : "")
    }

    /// The same in quotes.
    var quoted: String { "\"\(visible)\"" }
}
