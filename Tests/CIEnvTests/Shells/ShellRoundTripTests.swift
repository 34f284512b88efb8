internal import CIEnv
internal import TestSupport
internal import Testing

extension ShellTests {
    /// The text evaluated by the shells themselves, and read back from a child's environment.
    @Suite struct RoundTrip {
        @Test(arguments: ShellCall.all)
        func `every value arrives byte for byte and nothing runs`(call: ShellCall) throws {
            try requireInstalled(call.program)
            for batch in HostileValues.all.batches(of: 100) {
                let directory = try directoryOfGlobs()
                let exports = batch.enumerated().map { Export("V\($0)", $1, from: "test") }
                try directory.write(call.program.shell.render(exports), to: "exports")
                let files = try directory.fileNames()

                let run = try evaluate(
                    call.code + "; exec env -0", by: call.program, in: directory, locale: call.locale)

                let environment = run.environment
                for (index, value) in batch.enumerated() where environment["V\(index)"] != Array(value.utf8) {
                    Issue.record("\(value.debugDescription) became \(describe(environment["V\(index)"]))")
                }
                #expect(run.errors == "")
                #expect(run.status == 0)
                #expect(try directory.fileNames() == files)
            }
        }

        @Test(arguments: ShellProgram.all)
        func `a value near the longest that Linux takes arrives`(program: ShellProgram) throws {
            try requireInstalled(program)
            let directory = try ShellDirectory()
            // Without newlines of its own: each costs tcsh a line, and tcsh the square of those.
            let value = String(repeating: " '", count: 60_000)
            try directory.write(program.shell.render([Export("V", value, from: "test")]), to: "exports")

            let run = try evaluate(reading(program) + "; exec env -0", by: program, in: directory)

            #expect(run.environment["V"] == Array(value.utf8), "\(run.errors.prefix(200))")
        }

        @Test(arguments: ShellProgram.all, ["s3cr$(touch canary)et", "a  b*", "it's \"q\" !x", "glpat-x_Y"])
        func `a reference hands the variable on`(program: ShellProgram, secret: String) throws {
            try requireInstalled(program)
            let directory = try directoryOfGlobs()
            try directory.write(program.shell.render([Export("COPY", referringTo: "ORIGINAL")]), to: "exports")
            let files = try directory.fileNames()

            let code = reading(program) + "; exec env -0"
            let run = try evaluate(code, by: program, in: directory, environment: ["ORIGINAL": secret])

            #expect(run.environment["COPY"] == Array(secret.utf8), "\(run.errors)")
            #expect(try directory.fileNames() == files)
        }

        @Test(arguments: ShellProgram.all)
        func `a reference to a variable that is not set gives an empty one`(program: ShellProgram) throws {
            try requireInstalled(program)
            let directory = try ShellDirectory()
            try directory.write(program.shell.render([Export("COPY", referringTo: "ORIGINAL")]), to: "exports")

            let strict = program.shell == .sh ? "set -eu; " : ""
            let run = try evaluate(strict + reading(program) + "; exec env -0", by: program, in: directory)

            #expect(run.environment["COPY"] == [])
            #expect(run.errors == "")
        }
    }

    /// What the shells do with the text of a failure.
    @Suite struct Failure {
        @Test(arguments: ShellProgram.all, [Int32(1), 65, 78, 143])
        func `the evaluating shell stops with the code`(program: ShellProgram, exitCode: Int32) throws {
            try requireInstalled(program)
            let directory = try ShellDirectory()
            try directory.write(program.shell.failure(exitCode: exitCode, interactive: false), to: "exports")

            let run = try evaluate(evaluation(program) + "; touch canary", by: program, in: directory)

            #expect(run.status == exitCode)
            #expect(try directory.fileNames() == ["exports"])
        }

        @Test(
            arguments: ShellProgram.posix, ["eval $(cat exports; echo exit 1)", #"eval "$(cat exports; echo exit 1)""#])
        func `the code wins over the documented call's own exit`(program: ShellProgram, call: String) throws {
            try requireInstalled(program)
            let directory = try ShellDirectory()
            try directory.write(program.shell.failure(exitCode: 78, interactive: false), to: "exports")

            let run = try evaluate(call + "; touch canary", by: program, in: directory)

            #expect(run.status == 78)
            #expect(try directory.fileNames() == ["exports"])
        }

        @Test(arguments: ShellProgram.all)
        func `an interactive shell fails and goes on`(program: ShellProgram) throws {
            try requireInstalled(program)
            let directory = try ShellDirectory()
            try directory.write(program.shell.failure(exitCode: 78, interactive: true), to: "exports")

            let status = program.shell == .sh ? "$?" : "$status"
            let run = try evaluate(evaluation(program) + "; echo \(status)", by: program, in: directory)

            #expect(run.output == Array("1\n".utf8))
        }

        @Test(arguments: [ShellProgram.fish, .tcsh])
        func `a sourced text leaves its code in the status`(program: ShellProgram) throws {
            try requireInstalled(program)
            let directory = try ShellDirectory()
            try directory.write(program.shell.failure(exitCode: 78, interactive: false), to: "exports")

            let run = try evaluate(reading(program) + "; echo $status", by: program, in: directory)

            #expect(run.output == Array("78\n".utf8))
        }

        @Test(arguments: Shell.allCases.filter { !$0.evaluates }, [true, false])
        func `what nothing evaluates has no failure`(shell: Shell, interactive: Bool) {
            #expect(shell.failure(exitCode: 1, interactive: interactive) == "")
        }

        @Test(arguments: [
            (Shell.powershell, false, "exit 78;\n"), (.powershell, true, "throw 'exit code 78';\n"),
            (.cmd, false, "@exit 78\r\n"), (.cmd, true, "@exit /b 78\r\n"),
        ])
        func `Windows's shells have their own words`(shell: Shell, interactive: Bool, text: String) {
            #expect(shell.failure(exitCode: 78, interactive: interactive) == text)
        }
    }
}

/// Skips the case, and says so, where the machine lacks the shell.
private func requireInstalled(_ program: ShellProgram) throws {
    guard !ShellDirectory.isInstalled(program.command[0]) else { return }
    try Test.cancel("\(program.command[0]) is not installed, so nothing is known of it")
}

private func evaluate(
    _ code: String, by program: ShellProgram, in directory: borrowing ShellDirectory,
    locale: String = "C.UTF-8", environment: [String: String] = [:]
) throws -> ShellRun {
    try directory.run(
        program.command + ["-c", code], environment: environment.merging(["LC_ALL": locale]) { given, _ in given })
}

/// A directory with files that the values' globs match.
private func directoryOfGlobs() throws -> ShellDirectory {
    let directory = try ShellDirectory()
    for name in ["a", "b", "ab", "a b", "x y", "aé", ".hidden", "V0=x", "export", "1"] {
        try directory.write("echo ran > canary\n", to: name)
    }
    return directory
}

/// How the shell reads the file `exports` byte for byte.
private func reading(_ program: ShellProgram) -> String {
    switch program.shell {
    case .fish: "cat exports | source"
    case .csh: "source exports"
    default: ShellCall.unquoted
    }
}

/// The shell's `eval` of the file `exports`.
private func evaluation(_ program: ShellProgram) -> String {
    program.shell == .csh ? #"eval "`cat exports`""# : ShellCall.quoted
}

private func describe(_ bytes: [UInt8]?) -> String {
    bytes.map { String(decoding: $0, as: UTF8.self).debugDescription } ?? "nothing"
}
