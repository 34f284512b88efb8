/// Columns of text for people.
enum Table {
    /// Lines with the first two columns as wide as they must be, up to a limit.
    static func text(_ rows: [(String, String, String)]) -> String {
        func width(_ column: (((String, String, String)) -> String)) -> Int {
            rows.map { min(column($0).count, 60) }.max() ?? 0
        }
        let first = width { $0.0 }, second = width { $0.1 }
        return rows.map { "\(padded($0.0, first))  \(padded($0.1, second))  \($0.2)\n" }.joined()
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
