internal import CIEnv
internal import TestSupport
internal import Testing

extension ShellTests {
    /// The texts themselves, as people will read them.
    @Suite struct Text {
        @Test(arguments: [
            ("/run/user/0/x-1/a.b", "export K=/run/user/0/x-1/a.b;\n"),
            ("", "export K=;\n"),
            ("a_Z9./:@%+=,-", "export K=a_Z9./:@%+=,-;\n"),
            ("a  b", #"K=$(printf %b 'a\0040\0040b.'); K=${K%.}; export K;"# + "\n"),
            ("-n", #"K=$(printf %b '-n.'); K=${K%.}; export K;"# + "\n"),
            ("=ls", #"K=$(printf %b '=ls.'); K=${K%.}; export K;"# + "\n"),
            ("a:=ls", #"K=$(printf %b 'a:=ls.'); K=${K%.}; export K;"# + "\n"),
            ("~", #"K=$(printf %b '\0176.'); K=${K%.}; export K;"# + "\n"),
            ("é\n", #"K=$(printf %b '\0303\0251\0012.'); K=${K%.}; export K;"# + "\n"),
        ])
        func `sh writes plain values as such and encodes the rest`(value: String, text: String) throws {
            #expect(try render(value, for: .sh) == text)
        }

        @Test(arguments: HostileValues.all.batches(of: 50))
        func `sh's text holds nothing that an unquoted eval could spoil`(values: ArraySlice<String>) throws {
            for value in values {
                let text = try render(value, for: .sh)
                let spoilt = text.unicodeScalars.contains { "*?[]#!`\"\t\r".unicodeScalars.contains($0) }
                #expect(!spoilt, "\(value.debugDescription)")
                #expect(text.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
                #expect(text.utf8.allSatisfy { $0 < 0x7F })
            }
        }

        @Test(arguments: [("it's", #"'it'\''s'"#), (#"a\b"#, #"'a'\\'b'"#), ("a\n$b", "'a\n$b'"), ("", "''")])
        func `fish writes quotes and backslashes outside the quotes`(value: String, quoted: String) throws {
            #expect(try render(value, for: .fish) == "set -gx K \(quoted);\n")
        }

        @Test(arguments: [
            ("it's", #"'it'\''s'"#), ("a!b", #"'a'\!'b'"#), ("a\nb", "'a'\"\\\n\"'b'"), (#"a\b"#, #"'a\b'"#),
        ])
        func `csh writes history's sign and newlines outside the quotes`(value: String, quoted: String) throws {
            #expect(try render(value, for: .csh) == "setenv K \(quoted);\n")
        }

        @Test(arguments: [
            ("it's $x", "'it''s $x'"), ("", "''"), ("a\u{2019}b", "-join('a',[char]0x2019,'b')"),
            ("é", "-join('',[char]0xe9,'')"), ("a\nb'", "-join('a',[char]0xa,'b''')"),
            ("🎉", "-join('',[char]0xd83c,'',[char]0xdf89,'')"),
        ])
        func `PowerShell's text is printable ASCII`(value: String, quoted: String) throws {
            #expect(try render(value, for: .powershell) == "$Env:K = \(quoted);\n")
        }

        @Test(arguments: [("a b", "a b"), ("100%", "100%%"), ("%PATH%", "%%PATH%%"), ("a&b|c^d", "a&b|c^d"), ("", "")])
        func `cmd doubles percent signs and ends lines its way`(value: String, quoted: String) throws {
            #expect(try render(value, for: .cmd) == "@set \"K=\(quoted)\"\r\n")
        }

        @Test(arguments: [
            ("a\nb", ShellError.Kind.newline), ("a\r", .newline), ("a\u{1A}b", .newline), ("say \"hi\"", .quote),
            (String(repeating: "x", count: 8192), .length), (String(repeating: "%", count: 4100), .length),
        ])
        func `cmd refuses what it cannot carry`(value: String, kind: ShellError.Kind) {
            #expect(throws: ShellError(kind, variable: "K", shell: .cmd)) { try render(value, for: .cmd) }
        }

        @Test(arguments: ["a b", "\"q\"", "it's", "$x", "", " a ", "#", "a=b\\n"])
        func `dotenv is raw`(value: String) throws {
            #expect(try render(value, for: .dotenv) == "K=\(value)\n")
        }

        @Test(arguments: ["a\nb", "a\r", "\r\n"])
        func `dotenv refuses newlines`(value: String) {
            #expect(throws: ShellError(.newline, variable: "K", shell: .dotenv)) { try render(value, for: .dotenv) }
        }

        @Test(arguments: [Shell.json, .nushell])
        func `JSON is one object`(shell: Shell) throws {
            let exports = [Export("A", "a\"b\\", from: "test"), Export("B", "\n\u{1F}\u{7F}é", from: "test")]
            #expect(try shell.render(exports) == #"{"A":"a\"b\\","B":"\u000a\u001f\u007fé"}"# + "\n")
        }

        @Test(arguments: [
            (Shell.sh, "K=${OTHER-}; export K;\n"), (.fish, "set -gx K \"$OTHER\";\n"),
            (.powershell, "$Env:K = $Env:OTHER;\n"), (.cmd, "@set \"K=%OTHER%\"\r\n"),
            (.csh, "if ( ! $?OTHER ) setenv K '';\nif ( $?OTHER ) eval 'setenv K $OTHER:q';\n"),
            (.dotenv, ""), (.json, "{}\n"), (.nushell, "{}\n"), (.github, ""),
        ])
        func `a reference names the variable or is left out`(shell: Shell, text: String) throws {
            #expect(try shell.render([Export("K", referringTo: "OTHER")]) == text)
        }

        @Test
        func `GitHub's delimiter is the generator's`() throws {
            var generator = SeededGenerator(seed: 1)
            let text = try Shell.github.render([Export("K", "a\nb", from: "test")], using: &generator)
            #expect(text == "K<<end-910a2dec89025cc1-beeb8da1658eec67\na\nb\nend-910a2dec89025cc1-beeb8da1658eec67\n")
        }

        @Test
        func `GitHub's delimiter is new each time`() throws {
            #expect(try render("v", for: .github) != render("v", for: .github))
        }

        private func render(_ value: String, for shell: Shell) throws -> String {
            try shell.render([Export("K", value, from: "test")])
        }
    }
}
