internal import ArgumentParser
internal import JSON
internal import Registry

/// `berth inspect`.
struct InspectCommand: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show an image's manifest and what is known of it.")

    @Argument(help: "The image: a tag or digest of a repository; latest where neither is named.")
    var ref: String

    @Flag(
        help: #"""
            Print {"reference", "digest", "mediaType", "size", "manifest", "config", "platforms", "referrers": \#
            [{"digest", "artifactType"}]}.
            """#)
    var json = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        let image = try named { () throws(RegistryError) in try ImageReference(ref).defaultingToLatest() }
        let findings = try run([image.repository.host]) { settings throws(RegistryError) in
            let client = try await RepositoryClient.connect(to: image.repository, for: [.pull], settings)
            return try await Inspection(of: image.reference ?? .tag(.latest), at: client)
        }
        if json {
            try print(findings.json(for: image).text(indented: false))
        } else {
            try print(findings.lines(for: image))
        }
    }
}

extension Inspection {
    fileprivate func json(for image: ImageReference) -> JSONValue {
        [
            "reference": .string(image.description), "digest": .string(facts.digest.text),
            "mediaType": .string(document.mediaType.text), "size": facts.size.map { .integer($0) } ?? .null,
            "manifest": Self.parsed(document.bytes), "config": config.map(Self.parsed) ?? .null,
            "platforms": .array((facts.platforms ?? []).map { .string($0.description) }),
            "referrers": .array(
                referrers.map { ["digest": .string($0.digest.text), "artifactType": .text($0.artifactType)] }),
        ]
    }

    private static func parsed(_ bytes: [UInt8]) -> JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }

    fileprivate func lines(for image: ImageReference) -> String {
        var rows = [
            ("reference", image.description), ("digest", facts.digest.text), ("media type", document.mediaType.text),
            ("created", facts.created?.description ?? "-"), ("size", facts.size.map(Amount.bytes) ?? "-"),
            ("platforms", (facts.platforms ?? []).map(\.description).joined(separator: ", ")),
        ]
        switch document.manifest.content {
        case .image(let config, let layers):
            rows.append(("config", "\(config.digest)  \(Amount.bytes(config.size))"))
            rows += layers.map { ("layer", "\($0.digest)  \(Amount.bytes($0.size))") }
        case .index(let entries):
            rows += entries.map { ("image", "\($0.digest)  \($0.platform?.description ?? $0.mediaType)") }
        }
        rows += referrers.map { ("referrer", "\($0.digest)  \($0.artifactType ?? "")") }
        return rows.map { name, value in
            "\(name)\(String(repeating: " ", count: 12 - name.count))\(Reporter.printable(value))\n"
        }.joined()
    }
}
