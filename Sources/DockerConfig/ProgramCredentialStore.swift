internal import JSON
package import POSIX

/// A credential store that a program `docker-credential-…` keeps, such as the desktop's keychain.
///
/// It is only read: all jobs of a machine share it.
public struct ProgramCredentialStore: Sendable {
    /// The program's name.
    public let program: String
    private let run: Run

    /// Runs the program with a verb and its input.
    package typealias Run = @Sendable (_ verb: String, _ input: [UInt8]) throws(SystemError) -> HelperProgram.Answer

    /// The longest time that one question may take, in seconds; a keychain that waits for a person never answers.
    private static let patience = 10

    /// The store that a config's `credsStore` or `credHelpers` names.
    ///
    /// - Returns: `nil` where that is no name of a program: with a slash it would be a path.
    public init?(name: String) {
        guard !name.isEmpty, name.utf8.count <= 100,
            name.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F && $0 != "/" })
        else { return nil }
        let program = "docker-credential-\(name)"
        self.init(program: program) { (verb, input) throws(SystemError) in
            try HelperProgram.run(program, [verb], input: input, outputLimit: 1 << 20, seconds: Self.patience)
        }
    }

    package init(program: String, run: @escaping Run) {
        self.program = program
        self.run = run
    }

    /// What was found in a store.
    public struct Findings: Equatable, Sendable {
        /// The credentials.
        public var credentials: [StoredCredential] = []
        /// What could not be read, one line each, without a word of what the program said.
        public var warnings: [String] = []
    }
}
