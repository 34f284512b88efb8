internal import ArgumentParser
internal import CIEnv
internal import JSON
internal import Registry

/// `berth detect`.
struct DetectCommand: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect", abstract: "Tell which implementation is used for a repository, and why.")

    @Argument(help: "The repository, such as ghcr.io/owner/app.")
    var repo: String

    @Flag(help: "Ask the registry too.")
    var probe = false

    @Flag(help: #"Print {"repository", "implementation", "rule"}."#)
    var json = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        let repository = try named { () throws(RegistryError) in try Repository(repo) }
        let finding =
            probe
            ? try run([repository.host]) { settings throws(RegistryError) in
                try await Detection.byProbing(repository, settings)
            } : Detection.byHost(repository, try registry.namedImplementation(environment)) { environment[$0] }
        if json {
            let output: JSONValue = [
                "repository": .string(repository.description), "implementation": .string(finding.implementation),
                "rule": .string(finding.rule),
            ]
            try print(output.text(indented: false))
        } else {
            try print("\(finding.implementation)  \(finding.rule)\n")
        }
    }
}
