extension BidirectionalCollection where SubSequence == Self {
    /// What is left without the elements at both ends for which `isMargin` holds.
    func trimmed(_ isMargin: (Element) -> Bool) -> Self {
        let start = drop(while: isMargin)
        guard let last = start.lastIndex(where: { !isMargin($0) }) else { return start.prefix(0) }
        return start[...last]
    }
}

extension String {
    /// The text without white space at its ends.
    var withoutMargins: String {
        String(unicodeScalars[...].trimmed(\.properties.isWhitespace))
    }
}
