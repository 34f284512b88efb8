internal import CIEnv
internal import Testing

extension ShellTests {
    /// The formats whose programs this machine need not have, read back by parsers of their quoting alone.
    @Suite struct Grammar {
        @Test(arguments: HostileValues.all.batches(of: 50))
        func `PowerShell reads every value back`(values: ArraySlice<String>) throws {
            for value in values {
                let text = try Shell.powershell.render([Export("K", value, from: "test")])
                #expect(powerShellValue(text).map { Array($0.utf8) } == Array(value.utf8), "\(text)")
            }
        }

        @Test(arguments: HostileValues.all.batches(of: 50))
        func `PowerShell sees the same text in every code page`(values: ArraySlice<String>) throws {
            for value in values {
                #expect(try Shell.powershell.render([Export("K", value, from: "test")]).utf8.allSatisfy { $0 < 0x7F })
            }
        }

        @Test(arguments: HostileValues.all.batches(of: 50))
        func `cmd reads every value back or it is refused`(values: ArraySlice<String>) throws {
            for value in values {
                let refused = value.utf8.contains { [0x0A, 0x0D, 0x1A, 0x22].contains($0) } || value.utf8.count > 4000
                do {
                    let text = try Shell.cmd.render([Export("K", value, from: "test")])
                    #expect(cmdValue(text).map { Array($0.utf8) } == Array(value.utf8), "\(text)")
                } catch {
                    #expect(refused, "\(value.debugDescription): \(error)")
                }
            }
        }

        @Test(arguments: [Shell.json, .nushell])
        func `JSON reads every value back`(shell: Shell) throws {
            let exports = HostileValues.all.enumerated().map { Export("V\($0)", $1, from: "test") }
            let object = try #require(jsonObject(try shell.render(exports)))
            #expect(object.count == exports.count)
            for (export, entry) in zip(exports, object) {
                #expect(export.value == .text(entry.value))
                #expect(export.name == entry.name)
            }
        }

        @Test
        func `GitHub reads every value back`() throws {
            let exports = HostileValues.all.enumerated().map { Export("V\($0)", $1, from: "test") }
            let entries = try #require(gitHubEntries(try Shell.github.render(exports)))
            #expect(entries.count == exports.count)
            for (export, entry) in zip(exports, entries) {
                #expect(export.name == entry.name)
                #expect(export.value == .text(entry.value))
            }
        }
    }
}

/// The value that PowerShell would give `K`: `$Env:K = STRING;` or `$Env:K = -join(ITEM,ITEM);`, all quotes of
/// PowerShell's considered.
private func powerShellValue(_ text: String) -> String? {
    let quotes: Set<UnicodeScalar> = ["'", "\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}"]
    var rest = Substring(text)[...].unicodeScalars
    func take(_ expected: String) -> Bool {
        guard rest.starts(with: expected.unicodeScalars) else { return false }
        rest.removeFirst(expected.unicodeScalars.count)
        return true
    }
    func string() -> String? {
        guard take("'") else { return nil }
        var value = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if quotes.contains(scalar) {
                guard let next = rest.first, quotes.contains(next) else { return String(value) }
                rest.removeFirst()
            }
            value.append(scalar)
        }
        return nil
    }
    guard take("$Env:K = ") else { return nil }
    guard take("-join(") else {
        guard let value = string(), take(";\n"), rest.isEmpty else { return nil }
        return value
    }
    var units: [UInt16] = []
    repeat {
        if take("[char]0x") {
            let digits = rest.prefix { $0.properties.isASCIIHexDigit }
            rest.removeFirst(digits.count)
            guard let unit = UInt16(String(digits), radix: 16) else { return nil }
            units.append(unit)
        } else {
            guard let value = string() else { return nil }
            units += Array(value.utf16)
        }
    } while take(",")
    guard take(");\n"), rest.isEmpty else { return nil }
    return String(decoding: units, as: UTF16.self)
}

/// The value that a batch file's line `@set "K=…"` gives `K`: first lines, then percent signs, then the last quote.
private func cmdValue(_ text: String) -> String? {
    var line = Array(text.utf8)
    guard line.suffix(2) == [0x0D, 0x0A] else { return nil }
    line.removeLast(2)
    guard line.count <= 8191, !line.contains(where: { [0x0A, 0x0D, 0x1A].contains($0) }) else { return nil }
    var expanded: [UInt8] = []
    var index = 0
    while index < line.count {
        if line[index] == UInt8(ascii: "%") {
            // A lone percent sign would begin a variable.
            guard index + 1 < line.count, line[index + 1] == UInt8(ascii: "%") else { return nil }
            index += 1
        }
        expanded.append(line[index])
        index += 1
    }
    let prefix = Array("@set \"K=".utf8)
    guard expanded.starts(with: prefix), expanded.last == UInt8(ascii: "\"") else { return nil }
    let value = expanded.dropFirst(prefix.count).dropLast()
    guard !value.contains(UInt8(ascii: "\"")) else { return nil }
    return String(decoding: value, as: UTF8.self)
}

/// The members of a flat JSON object, in their order.
private func jsonObject(_ text: String) -> [(name: String, value: String)]? {
    var rest = Array(text.utf8)[...]
    func string() -> String? {
        guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
            case 0..<0x20: return nil
            case UInt8(ascii: "\\"):
                switch rest.popFirst() {
                case UInt8(ascii: "u"):
                    let digits = String(decoding: rest.prefix(4), as: UTF8.self)
                    rest = rest.dropFirst(4)
                    guard let code = UInt8(digits, radix: 16), code < 0x80 else { return nil }
                    bytes.append(code)
                case UInt8(ascii: "\""): bytes.append(UInt8(ascii: "\""))
                case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
                default: return nil
                }
            default: bytes.append(byte)
            }
        }
        return nil
    }
    guard rest.popFirst() == UInt8(ascii: "{") else { return nil }
    var members: [(name: String, value: String)] = []
    while true {
        guard let name = string(), rest.popFirst() == UInt8(ascii: ":"), let value = string() else { return nil }
        members.append((name, value))
        switch rest.popFirst() {
        case UInt8(ascii: ","): continue
        case UInt8(ascii: "}"): return rest.elementsEqual([UInt8(ascii: "\n")]) ? members : nil
        default: return nil
        }
    }
}

/// The variables of an environment file, as the Actions runner reads it: `NAME<<DELIMITER`, then lines up to the
/// delimiter.
private func gitHubEntries(_ text: String) -> [(name: String, value: String)]? {
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    guard lines.popLast()?.isEmpty == true else { return nil }
    var entries: [(name: String, value: String)] = []
    while let head = lines.popFirst() {
        let parts = String(decoding: Array(head), as: UTF8.self).split(separator: "<<", maxSplits: 1)
        guard parts.count == 2, let end = lines.firstIndex(where: { $0.elementsEqual(parts[1].utf8) }) else {
            return nil
        }
        let value = lines[..<end].joined(separator: [UInt8(ascii: "\n")])
        entries.append((String(parts[0]), String(decoding: Array(value), as: UTF8.self)))
        lines = lines[(end + 1)...]
    }
    return entries
}
