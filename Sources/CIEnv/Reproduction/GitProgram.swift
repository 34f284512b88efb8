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
    /// check. Nobody is asked for a password, and nothing is fetched. What calls berth may itself be called by git, as
    /// a hook is: the repository is the one of the directory all the same.
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
            ], keeping: { !GitProgram.ofRepository.contains($0) }, outputLimit: 1 << 24, seconds: 60)
    }

    /// The variables by which git's own children know its repository; those with settings, which `git rev-parse
    /// --local-env-vars` has too, may be the user's (`safe.directory`).
    private static let ofRepository: Set<String> = [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX",
        "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE",
        "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_NAMESPACE", "GIT_CONFIG",
    ]
}
