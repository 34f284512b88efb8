internal import ArgumentParser
internal import JSON
internal import Registry

/// `berth tags`.
struct TagsCommand: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "tags", abstract: "List the tags of a repository.",
        discussion: """
            With --details: where each tag leads, when the image was made, how large it is and for which platforms. \
            The size is that of everything a pull would fetch; an index has that of all its images.
            """)

    @Argument(help: "The repository, such as ghcr.io/owner/app.")
    var repo: String

    @Flag(help: "Tell what the tags lead to.")
    var details = false

    @Flag(
        help: #"""
            Print {"repository", "implementation", "tags": [{"name", "digest", "createdAt", "pushedAt", "size", \#
            "mediaType", "platforms"}]}.
            """#)
    var json = false

    @Flag(help: "Tell how far it is, where standard error is no terminal too.")
    var progress = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        let repository = try named { () throws(RegistryError) in try Repository(repo) }
        let (common, environment, showsDetails, wantsProgress) = (common, environment, details, progress)
        let (table, implementation) = try run([repository.host]) { settings throws(RegistryError) in
            let meter = ProgressMeter(
                "reading \(repository)", .items("tags"), common, isWanted: wantsProgress, environment,
                clock: settings.pacing)
            defer { meter.finish() }
            let managed = try await ManagedRepository.open(repository, settings)
            let table = try await managed.tags(showsDetails ? .all : []) { done, count in
                meter.set(done: done, total: count)
            }
            return (table, managed.implementation)
        }
        if json { try writeJSON(table, of: repository, by: implementation) } else { try writeTable(table) }
    }

    private func writeJSON(
        _ table: TagTable, of repository: Repository, by implementation: String
    ) throws(Failure) {
        // Piece by piece: as one value, a million tags would fill the memory.
        let head: JSONValue = [
            "repository": .string(repository.description), "implementation": .string(implementation),
        ]
        var output = OutputBuffer()
        try output.write(head.text(indented: false).dropLast(2) + ",\"tags\":[")
        for (index, tag) in table.enumerated() {
            try output.write((index == 0 ? "" : ",") + tag.json.text(indented: false).dropLast())
        }
        try output.write("]}\n")
        try output.flush()
    }

    private func writeTable(_ table: TagTable) throws(Failure) {
        var output = OutputBuffer()
        if details {
            // Most registries tell one of the two times, and not the other.
            let hasPushed = table.contains { $0.facts?.pushed != nil }
            let hasCreated = !hasPushed || table.contains { $0.facts?.created != nil }
            let times = (hasCreated ? ["CREATED"] : []) + (hasPushed ? ["PUSHED"] : [])
            let head = ["TAG", "DIGEST"] + times + ["SIZE", "PLATFORMS"]
            try output.write(rows: table.count + 1) { row in
                row == 0 ? head : table[row - 1].cells(created: hasCreated, pushed: hasPushed)
            }
        } else {
            for tag in table { try output.write("\(tag.tag)\n") }
        }
        try output.flush()
    }
}

extension TagDetails {
    fileprivate var json: JSONValue {
        [
            "name": .string(tag.text), "digest": .text(facts?.digest.text),
            "createdAt": .text(facts?.created?.description), "pushedAt": .text(facts?.pushed?.description),
            "size": facts?.size.map { .integer($0) } ?? .null, "mediaType": .text(facts?.mediaType?.text),
            "platforms": facts?.platforms.map { .array($0.map { .string($0.description) }) } ?? .null,
        ]
    }

    fileprivate func cells(created: Bool, pushed: Bool) -> [String] {
        [tag.text, facts?.digest.short ?? "-"]
            + (created ? [facts?.created?.wholeSeconds ?? "-"] : [])
            + (pushed ? [facts?.pushed?.wholeSeconds ?? "-"] : [])
            + [
                facts?.size.map(Amount.bytes) ?? "-",
                facts?.platforms?.map(\.description).joined(separator: ",") ?? "-",
            ]
    }
}

extension JSONValue {
    /// Text, or `null` where there is none.
    static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
