internal import POSIX

/// Standard output for results of any length: what is written is gathered into few writes.
struct OutputBuffer: ~Copyable {
    private var bytes: [UInt8] = []

    private static let capacity = 64 << 10

    /// Adds text.
    mutating func write(_ text: String) throws(Failure) {
        bytes += text.utf8
        if bytes.count >= Self.capacity { try flush() }
    }

    /// Writes what is left.
    mutating func flush() throws(Failure) {
        do {
            try StandardStream.output.write(String(decoding: bytes, as: UTF8.self))
        } catch {
            throw Failure(error)
        }
        bytes.removeAll(keepingCapacity: true)
    }

    /// Writes rows as columns, each as wide as its widest cell, the last as it is.
    mutating func write(rows count: Int, _ row: (Int) -> [String]) throws(Failure) {
        var widths: [Int] = []
        for index in 0..<count {
            let cells = row(index)
            if widths.count < cells.count { widths += Array(repeating: 0, count: cells.count - widths.count) }
            for (column, cell) in cells.enumerated() { widths[column] = max(widths[column], cell.count) }
        }
        for index in 0..<count {
            let cells = row(index)
            let padded = cells.dropLast().enumerated().map { column, cell in
                cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            try write((padded + cells.suffix(1)).joined(separator: "  ") + "\n")
        }
    }
}
