internal import ArgumentParser
internal import JSON
internal import Registry

/// `berth check`.
struct CheckCommand: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find out what may be done with a repository, without leaving anything behind.",
        discussion: """
            To find out whether it may push, it begins an upload and cancels it; whether it may delete, it asks for \
            something to be deleted that cannot be there. The exit code is 77 where anything is not allowed.
            """)

    @Argument(help: "The repository, such as ghcr.io/owner/app.")
    var repo: String

    @Flag(
        help: #"""
            Print {"repository", "implementation", "pull", "push", "list", "delete", "missing": [texts]}; each of the \#
            four is true, false, or null where it cannot be known.
            """#)
    var json = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        let repository = try named { () throws(RegistryError) in try Repository(repo) }
        let (rights, implementation) = try run([repository.host]) { settings throws(RegistryError) in
            let managed = try await ManagedRepository.open(repository, settings)
            return (try await managed.rights(), managed.implementation)
        }
        let answers = [("pull", rights.pull), ("push", rights.push), ("list", rights.list), ("delete", rights.delete)]
        if json {
            var object = JSONObject()
            object["repository"] = .string(repository.description)
            object["implementation"] = .string(implementation)
            for (name, answer) in answers { object[name] = answer.map { .bool($0) } ?? .null }
            object["missing"] = .array(rights.missing.map { .string($0) })
            try print(JSONValue.object(object).text(indented: false))
        } else {
            let lines = answers.map { name, answer in
                "\(name)\(String(repeating: " ", count: 8 - name.count))\(answer.map { $0 ? "yes" : "no" } ?? "unknown")\n"
            }
            try print(lines.joined())
        }
        guard answers.contains(where: { $0.1 == false }) else { return }
        throw Failure(
            .denied, "not everything is allowed at \(repository): \(rights.missing.joined(separator: "; "))",
            hint: "berth login or docker login makes a login with these rights")
    }
}
