internal import Glibc

/// Names that nobody can guess.
public enum RandomText {
    /// `length` characters of `a`–`z` and `2`–`7`, 5 random bits each, from the system's generator.
    public static func make(length: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length)
        while bytes.count < length {
            var bits = generator.next()
            for _ in 0..<min(12, length - bytes.count) {
                bytes.append(alphabet[Int(bits & 31)])
                bits >>= 5
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
