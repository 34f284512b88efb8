internal import CIEnv
internal import DockerConfig
internal import POSIX
internal import Registry
internal import Testing

@testable internal import berth

/// Which error ends in which exit code.
@Suite struct ExitStatusTests {
    @Test func `the exit codes are those that are promised`() {
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 64, 65, 69, 75, 77, 78])
    }

    @Test(
        arguments: [(.usage, 64), (.badData, 65), (.badConfiguration, 78), (.failed, 1)] as [(CIEnvError.Kind, Int32)])
    func `an error of the job`(kind: CIEnvError.Kind, code: Int32) {
        expect(Failure(CIEnvError(kind, "text", hint: "hint")), code)
    }

    @Test(arguments: [(.badData, 65), (.badConfiguration, 78), (.failed, 1)] as [(DockerConfigError.Kind, Int32)])
    func `an error of a docker config`(kind: DockerConfigError.Kind, code: Int32) {
        expect(Failure(DockerConfigError(kind, "text", hint: "hint")), code)
    }

    static let registryErrors: [(RegistryError.Kind, Int32)] = [
        (.denied, 77), (.unreachable, 69), (.tryLater, 75), (.protocolViolation, 1), (.badName, 64),
        (.badData, 65), (.notFound, 1), (.unsupported, 1), (.held, 1), (.cancelled, 1),
    ]

    @Test(arguments: registryErrors)
    func `an error of a registry`(kind: RegistryError.Kind, code: Int32) {
        expect(Failure(RegistryError(kind, "text", hint: "hint")), code)
    }

    @Test func `a value that a format cannot carry is bad data, and the variable is named`() {
        let failure = Failure(ShellError(.newline, variable: "CI_COMMIT_TAG", shell: .cmd))
        #expect(failure.status.rawValue == 65)
        #expect(failure.text == "CI_COMMIT_TAG: a newline cannot be written for cmd")
        #expect(failure.hint?.contains("--shell") == true)
    }

    @Test func `a system call that fails is a failure with the system's words`() {
        let failure = Failure(SystemError(.noSpace, "write", "/tmp/x"))
        #expect(failure.status.rawValue == 1)
        #expect(failure.text == "cannot write /tmp/x: No space left on device")
    }

    private func expect(_ failure: Failure, _ code: Int32) {
        #expect(failure.status.rawValue == code)
        #expect(failure.text == "text")
        #expect(failure.hint == "hint")
    }
}

/// Columns for people.
@Suite struct TableTests {
    @Test func `nothing is no line`() {
        #expect(Table.text([]) == "")
    }

    @Test func `the first two columns are as wide as they must be`() {
        let rows = [("A", "short", "from here"), ("LONGER", "x", "from there"), ("é", "y", "z")]
        #expect(
            Table.text(rows) == """
                A       short  from here
                LONGER  x      from there
                é       y      z

                """)
    }

    @Test func `one very long value does not push all others away`() {
        let long = String(repeating: "x", count: 200)
        let lines = Table.text([("A", long, "here"), ("B", "b", "there")]).split(separator: "\n")
        #expect(lines.first == "A  \(long)  here")
        #expect(lines.last == "B  b\(String(repeating: " ", count: 59))  there")
    }
}
