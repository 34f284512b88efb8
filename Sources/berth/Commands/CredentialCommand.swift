internal import ArgumentParser

/// `berth credential`.
struct CredentialCommand: ParsableCommand {
    static let name = "credential"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Answer a docker client as its credential helper.",
        discussion: "The same as docker-credential-berth, by the protocol of docker's credential helpers.")

    @Argument(help: "get, store, erase or list.")
    var verb: String

    func run() throws {
        throw ExitCode(CredentialHelper(environment: environment).run([verb]))
    }
}
