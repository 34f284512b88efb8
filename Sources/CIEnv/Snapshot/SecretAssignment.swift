/// Values that are given, inside of a text, to what is called a secret.
enum SecretAssignment {
    /// The values of `password=…`, `"token": "…"`, `--api-key …`, `Authorization: …`, `Bearer …`, `-u user:…`,
    /// `<password>…</password>`, `{"name": "DB_PASSWORD", "value": "…"}` and their likes.
    static func values(in text: [UInt8]) -> [[UInt8]] {
        let isNetrc = text.holds(Array("machine ".utf8)) && text.holds(Array("login ".utf8))
        let hasValues = text.holds(Array("value".utf8)) || text.holds(Array("Value".utf8))
        var values = passwordFile(text)
        var place = 0
        while place < text.count {
            let name = text[place...].prefix { $0.isASCIIAlphanumeric(or: "-_.") }
            guard !name.isEmpty else {
                place += 1
                continue
            }
            place = name.endIndex
            if let value = login(name, text) ?? given(name, text, isNetrc) { values.append(Array(value)) }
            if hasValues, isNamed(name, text) { values.append([]) }
        }
        return values
    }

    private static let quotes = "\"'".utf8

    private static func string(_ text: ArraySlice<UInt8>) -> String { String(decoding: text, as: UTF8.self) }

    private static func isSecret(_ word: ArraySlice<UInt8>) -> Bool {
        !SecretName.isTrivial(string(word)) && !SecretReference.is(word)
    }

    private static func word(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = text.drop { $0 == 0x20 || quotes.contains($0) }
        return SecretReference.word(start) { $0 <= 0x20 || quotes.contains($0) || ",;&".utf8.contains($0) }
    }

    // MARK: names and values

    /// What follows `name`, if that is a secret's name and it is a value.
    private static func given(_ name: ArraySlice<UInt8>, _ text: [UInt8], _ isNetrc: Bool) -> ArraySlice<UInt8>? {
        let rest = text[name.endIndex...]
        guard let first = rest.first else { return nil }
        let isOption = name.starts(with: "-".utf8)
        let sign = rest.dropFirst(quotes.contains(first) ? 1 : 0).drop { $0 == 0x20 || $0 == 0x09 }
        var value = sign
        if let length = ["=>", ":=", "=", ":"].first(where: { sign.starts(with: $0.utf8) })?.utf8.count {
            value = sign.dropFirst(length)
        } else if first == UInt8(ascii: ">"), name.startIndex > 0, text[name.startIndex - 1] == UInt8(ascii: "<") {
            value = rest.dropFirst().prefix { $0 != UInt8(ascii: "<") }
        } else if first == 0x20 || first == 0x09 {
            let bare = word(value)
            guard
                isOption || isNetrc || isCredential(bare) || isScheme(name) && isSchemeValue(bare)
                    || ["requirepass", "masterauth"].contains(string(name))
            else { return nil }
            if isScheme(name), isSchemeValue(bare) { return bare }
        } else {
            return nil
        }
        let called = string(name)
        guard SecretName.isTelling(insideOfValue: called), !called.hasSuffix("-stdin") else { return nil }
        if sign.first == UInt8(ascii: ":"), isSentence(name, text, value) { return nil }
        var found = word(block(value))
        // Before a header's token stands its kind.
        if isScheme(found) || found.elementsEqual("token".utf8) { found = word(text[found.endIndex...]) }
        let isFurtherOption = isOption && first == 0x20 && found.first == UInt8(ascii: "-")
        // What stands before a host is a URL's.
        let isReferenceOfURL = SecretReference.is(found.prefix { $0 != UInt8(ascii: "@") })
        return isSecret(found) && !isReferenceOfURL && !isFurtherOption
            && !SecretName.isPlace(called, value: string(found)) ? found : nil
    }

    /// YAML's blocks begin in the next line.
    private static func block(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = text.drop { $0 == 0x20 }
        guard let first = start.first, "|>".utf8.contains(first) else { return text }
        return start.drop { $0 != 0x0A }.drop { $0 <= 0x20 }
    }

    private static func isScheme(_ name: ArraySlice<UInt8>) -> Bool {
        ["bearer", "basic"].contains(string(name).lowercased())
    }

    private static func isSchemeValue(_ word: ArraySlice<UInt8>) -> Bool {
        !SecretReference.is(word) && (word.count >= 16 || isCredential(word))
    }

    /// Whether a word behind a secret's name, with nothing but a blank between, is no word of a sentence.
    private static func isCredential(_ word: ArraySlice<UInt8>) -> Bool {
        let version = word.drop { $0 == UInt8(ascii: "v") }.prefix { $0.isASCIIDigit || $0 == UInt8(ascii: ".") }
        return word.count >= 6 && word.contains(where: \.isASCIILetter) && !version.contains(UInt8(ascii: "."))
            && word.contains { $0.isASCIIDigit || "!#$%^*+=~@".utf8.contains($0) }
    }

    /// Whether what goes on after a colon is a sentence: "auth: log in again".
    private static func isSentence(_ name: ArraySlice<UInt8>, _ text: [UInt8], _ rest: ArraySlice<UInt8>) -> Bool {
        let called = string(name).lowercased()
        guard rest.first == 0x20, !["authorization", "passphrase", "mnemonic"].contains(called) else { return false }
        let line = rest.prefix { $0 != 0x0A && $0 != 0x0D }
        let behind = text[line.endIndex...].drop { $0 == 0x0D }
        let isTitle =
            !text[..<name.startIndex].contains(0x0A)
            && (behind.count < 2 || behind.starts(with: [0x0A, 0x0A]) || behind.starts(with: [0x0A, 0x0D]))
        let words = line.split(separator: 0x20)
        return isTitle && words.count >= 3
            && words.allSatisfy { $0.allSatisfy { $0.isASCIILetter || $0 > 0x7F || "'.,-()".utf8.contains($0) } }
    }

    /// Whether `name` is itself the value of a `name` or `key`, beside which there is a `value`.
    private static func isNamed(_ name: ArraySlice<UInt8>, _ text: [UInt8]) -> Bool {
        var before = text[..<name.startIndex]
        while let last = before.last, last == 0x20 || quotes.contains(last) { before.removeLast() }
        guard let sign = before.popLast(), ":=".utf8.contains(sign) else { return false }
        while let last = before.last, last == 0x20 || quotes.contains(last) { before.removeLast() }
        let label = string(before.suffix(4)).lowercased()
        return (label == "name" || label.hasSuffix("key")) && SecretName.isTelling(insideOfValue: string(name))
    }

    // MARK: logins

    /// The password of `-u user:password`, and of `-ppassword`.
    private static func login(_ name: ArraySlice<UInt8>, _ text: [UInt8]) -> ArraySlice<UInt8>? {
        guard name.first == UInt8(ascii: "-") else { return nil }
        if name.starts(with: "-p".utf8) {
            let word = text[name.startIndex...].prefix { $0 > 0x20 && !quotes.contains($0) }.dropFirst(2)
            return isCredential(word) && !word.contains(UInt8(ascii: ":")) && isSecret(word) ? word : nil
        }
        guard ["-u", "-U", "--user", "--proxy-user"].contains(string(name)) else { return nil }
        let rest = text[name.endIndex...]
        guard let first = rest.first, first == 0x20 || first == UInt8(ascii: "=") else { return nil }
        let word = word(rest.dropFirst())
        guard let colon = word.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let password = word[(colon + 1)...]
        // What goes the user's number or name and then the group's is none's login.
        let isGroup = password.allSatisfy(\.isASCIIDigit) || password.elementsEqual(word[..<colon])
        return isGroup || !isSecret(password) ? nil : password
    }

    /// The passwords of PostgreSQL's file of them: `host:port:database:user:password`.
    private static func passwordFile(_ text: [UInt8]) -> [[UInt8]] {
        text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).compactMap { line in
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 4, omittingEmptySubsequences: false)
            guard fields.count == 5, fields[1].elementsEqual("*".utf8) || fields[1].count == 4 || fields[1].count == 5,
                fields[1].elementsEqual("*".utf8) || fields[1].allSatisfy(\.isASCIIDigit),
                !fields.contains(where: { $0.contains(0x20) || $0.isEmpty }), isSecret(fields[4])
            else { return nil }
            return Array(fields[4])
        }
    }
}
