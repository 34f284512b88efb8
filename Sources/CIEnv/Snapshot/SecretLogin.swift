/// Passwords that stand in a login: in URLs, and in the addresses of databases.
enum SecretLogin {
    /// The passwords of the URLs in `text`, as they are written there and with percent-encoding undone.
    ///
    /// A password may have any sign in it, whatever the rules for URLs say: it goes up to the last `@` of the word.
    static func passwords(in text: [UInt8]) -> [[UInt8]] {
        var passwords: [[UInt8]] = []
        for word in text.split(whereSeparator: { $0 <= 0x20 }) where word.contains(UInt8(ascii: "@")) {
            var rest = word, isURL = false
            while let start = rest.firstIndex(of: Array("://".utf8)) {
                isURL = true
                rest = rest[(start + 3)...]
                passwords += self.passwords(ofAuthority: rest)
            }
            if !isURL { passwords += self.passwords(ofAddress: word) }
        }
        return passwords.flatMap { [$0, Readings.percentDecoded($0)] }
    }

    private static func passwords(ofAuthority text: ArraySlice<UInt8>) -> [[UInt8]] {
        let strict = text.prefix { !"/?#\"'`<>\\".utf8.contains($0) }
        let ends = Set([strict, text].compactMap { $0.lastIndex(of: UInt8(ascii: "@")) })
        return ends.sorted().compactMap { end in
            let colon = text[..<end].firstIndex(of: UInt8(ascii: ":"))
            let user = text[..<(colon ?? end)]
            guard user.allSatisfy({ !"/?#\"'`<>\\,{}".utf8.contains($0) || $0 == UInt8(ascii: "{") }) else {
                return nil
            }
            guard let colon else { return isToken(user) ? Array(user) : nil }
            let password = text[(colon + 1)..<end]
            return isPort(password) ? nil : secret(password)
        }
    }

    /// Of `user:password@tcp(host)`, as Go has it, and `user/password@host:1521/name`, as Oracle has it.
    private static func passwords(ofAddress word: ArraySlice<UInt8>) -> [[UInt8]] {
        guard let end = word.lastIndex(of: UInt8(ascii: "@")) else { return [] }
        let host = word[(end + 1)...]
        let sign: UInt8
        if host.prefix(while: \.isASCIILetter).count > 2, host.drop(while: \.isASCIILetter).first == UInt8(ascii: "(") {
            sign = UInt8(ascii: ":")
        } else if isPort(host.drop { $0 != UInt8(ascii: ":") }.dropFirst()) {
            sign = UInt8(ascii: "/")
        } else {
            return []
        }
        guard let start = word[..<end].firstIndex(of: sign) else { return [] }
        return secret(word[(start + 1)..<end]).map { [$0] } ?? []
    }

    /// A host's port, and not a password, is what stands before a path.
    private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
        let digits = text.prefix(while: \.isASCIIDigit)
        return (1...5).contains(digits.count)
            && text.dropFirst(digits.count).first.map { "/\"',".utf8.contains($0) } ?? false
    }

    /// What is given in the place of a user and has no password is a token.
    private static func isToken(_ user: ArraySlice<UInt8>) -> Bool {
        user.count >= 12 && user.contains(where: \.isASCIIDigit)
    }

    private static func secret(_ password: ArraySlice<UInt8>) -> [UInt8]? {
        let text = Readings.percentDecoded(Array(password))
        return SecretName.isTrivial(String(decoding: text, as: UTF8.self)) || SecretReference.is(text[...])
            ? nil : Array(password)
    }
}
