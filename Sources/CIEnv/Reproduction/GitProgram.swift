public import POSIX

/// The program `git`, as a checkout is read with it.
public struct GitProgram: Sendable {
    /// Runs git with `arguments`.
    public typealias Ask = @Sendable (_ arguments: [String]) throws(SystemError) -> HelperProgram.Answer

    let ask: Ask

    /// A git that `ask` runs.
    public init(ask: @escaping Ask) {
        self.ask = ask
    }

    /// That of this machine.
    ///
    /// A checkout's configuration can name programs. None is run: no hook, no monitor of files, no pager, no signature
    /// check. Nobody is asked for a password, and nothing is fetched.
    public static let system = GitProgram { (arguments) throws(SystemError) in
        try HelperProgram.ask(
            "git",
            [
                "--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
                "-c", "log.showSignature=false",
            ] + arguments,
            overriding: [
                ("LC_ALL", "C"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_ASKPASS", ""), ("SSH_ASKPASS", ""),
                ("SSH_ASKPASS_REQUIRE", "never"), ("GIT_OPTIONAL_LOCKS", "0"), ("GIT_NO_REPLACE_OBJECTS", "1"),
                ("GIT_NO_LAZY_FETCH", "1"), ("GIT_ALLOW_PROTOCOL", "none"),
            ], outputLimit: 1 << 24, seconds: 60)
    }
}
