// Names and addresses are checked byte by byte: a Unicode digit is no digit to a shell or a registry.
extension UInt8 {
    /// Whether it is `0` to `9`.
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Whether it is `A` to `Z`.
    var isASCIICapital: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }

    /// Whether it is `a` to `z`, or a capital.
    var isASCIILetter: Bool { isASCIICapital || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }

    /// Whether it is a digit of a hexadecimal number.
    var isASCIIHexDigit: Bool { isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }

    /// Whether it is a letter, a digit or one of `others`.
    func isASCIIAlphanumeric(or others: String = "") -> Bool {
        isASCIILetter || isASCIIDigit || others.utf8.contains(self)
    }
}

extension String {
    /// The text, or `nil` where there is none.
    var nonEmpty: String? { isEmpty ? nil : self }
}
