internal import CIEnv
internal import Testing

/// `ci-env`'s formats.
@Suite struct ShellTests {
    @Test(arguments: [
        ("sh", Shell.sh), ("default", .sh), ("bash", .sh), ("zsh", .sh), ("dash", .sh), ("ksh", .sh), ("ash", .sh),
        ("mksh", .sh), ("busybox", .sh), ("fish", .fish), ("powershell", .powershell), ("pwsh", .powershell),
        ("cmd", .cmd), ("cmdexe", .cmd), ("nushell", .nushell), ("nu", .nushell), ("csh", .csh), ("tcsh", .csh),
        ("dotenv", .dotenv), ("json", .json), ("github", .github),
    ])
    func `a shell is known by its names`(name: String, shell: Shell) {
        #expect(Shell(name: name) == shell)
        #expect(Shell.acceptedNames.contains(name))
    }

    @Test(arguments: ["", "Bash", "sh ", "perl"])
    func `no other name is a shell`(name: String) {
        #expect(Shell(name: name) == nil)
    }

    @Test
    func `every accepted name is a shell's and stands once`() {
        #expect(Shell.acceptedNames.allSatisfy { Shell(name: $0) != nil })
        #expect(Set(Shell.acceptedNames).count == Shell.acceptedNames.count)
    }

    @Test(arguments: [
        (Shell.sh, "sh"), (.fish, "fish"), (.powershell, "ps1"), (.cmd, "cmd"), (.nushell, "json"), (.csh, "csh"),
        (.dotenv, "env"), (.json, "json"), (.github, "env"),
    ])
    func `a file is named for its format`(shell: Shell, fileExtension: String) {
        #expect(shell.fileExtension == fileExtension)
    }

    @Test
    func `data formats are not evaluated`() {
        #expect(Shell.allCases.filter { !$0.evaluates } == [.nushell, .dotenv, .json, .github])
    }

    @Test(arguments: Shell.allCases)
    func `without variables only the frame of a format is left`(shell: Shell) throws {
        #expect(try shell.render([]) == (shell.fileExtension == "json" ? "{}\n" : ""))
    }

    @Test(arguments: Shell.allCases, ["a\0b", "\0", "a\0"])
    func `a NUL byte is refused everywhere`(shell: Shell, value: String) {
        #expect(throws: ShellError(.nul, variable: "K", shell: shell)) {
            try shell.render([Export("OK", "v", from: "test"), Export("K", value, from: "test")])
        }
    }

    @Test(arguments: Shell.allCases, ["", "1A", "a b", "A=B", "A;touch canary", "A-B", "É", "A\n", "$A"])
    func `what is no variable's name is refused`(shell: Shell, name: String) {
        #expect(throws: ShellError(.name, variable: name, shell: shell)) {
            try shell.render([Export(name, "v", from: "test")])
        }
        #expect(throws: ShellError(.name, variable: name, shell: shell)) {
            try shell.render([Export("K", referringTo: name)])
        }
    }

    @Test(arguments: [
        (
            ShellError(.newline, variable: "CI_COMMIT_TAG", shell: .cmd),
            "CI_COMMIT_TAG: a newline cannot be written for cmd"
        ),
        (ShellError(.quote, variable: "K", shell: .cmd), "K: a quotation mark cannot be written for cmd"),
        (ShellError(.nul, variable: "K", shell: .sh), "K: a NUL byte cannot be written for sh"),
        (ShellError(.length, variable: "K", shell: .cmd), "K: so long a value cannot be written for cmd"),
        (ShellError(.name, variable: "A\n\u{1B}", shell: .sh), "A\\n\\u{1B}: such a name cannot be written for sh"),
    ])
    func `an error is one line that names the variable`(error: ShellError, text: String) {
        #expect(error.description == text)
    }

    @Test(arguments: [
        ("", ""), ("secret", "::add-mask::secret\n"), ("a%b", "::add-mask::a%25b\n"),
        ("a%0Ab", "::add-mask::a%250Ab\n"),
        ("a\rb", "::add-mask::a%0Db\n"), ("a\nb", "::add-mask::a\n::add-mask::b\n"),
        ("a\r\n\r\n\nb\n", "::add-mask::a\n::add-mask::b\n"), ("\n", ""), ("é", "::add-mask::é\n"),
    ])
    func `a GitHub mask has a line for each line`(value: String, mask: String) {
        #expect(Shell.githubMask(value) == mask)
    }
}
