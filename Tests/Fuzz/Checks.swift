internal import Glibc
internal import JSON
internal import Registry
internal import TestSupport

/// What is fuzzed, by its name.
private let checks: [String: @Sendable ([UInt8]) -> Void] = [
    "challenge": checkChallenge, "claims": checkClaims, "identity": checkIdentity, "json": checkJSON,
    "link": checkLink, "manifest": checkManifest, "pattern": checkPattern, "policy": checkPolicy,
    "reference": checkReference, "snapshot": checkSnapshot, "tags": checkTags, "yaml": checkYAML,
]

/// The one that is named by the environment.
let chosenCheck: @Sendable ([UInt8]) -> Void = {
    let name = unsafe getenv("BERTH_FUZZ").map { unsafe String(cString: $0) } ?? ""
    guard let check = checks[name] else {
        fatalError("BERTH_FUZZ must be one of \(checks.keys.sorted().joined(separator: ", "))")
    }
    return check
}()

/// A property that must hold for every input; the message stays in an optimised build.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}

private func quoted(_ text: String) -> String {
    // By scalars: a quote with an accent on it is another character, and still ends the string.
    "\"\(text.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined())\""
}

private func parameters(_ parameters: [String: String], separator: String) -> String {
    parameters.map { "\($0.key)=\(quoted($0.value))" }.joined(separator: separator)
}

/// Challenges that were read are written and read the same.
@Sendable private func checkChallenge(_ bytes: [UInt8]) {
    let challenges = AuthChallenge.parse([String(decoding: bytes, as: UTF8.self)])
    let fields = challenges.map { "\($0.scheme) \($0.token68 ?? parameters($0.parameters, separator: ", "))" }
    require(AuthChallenge.parse(fields) == challenges, "\(challenges) are read otherwise from \(fields)")
    require(AuthChallenge.parse([fields.joined(separator: ", ")]) == challenges, "\(challenges) in one header")
}

/// Links that were read are written and read the same, and the next page is one of them.
@Sendable private func checkLink(_ bytes: [UInt8]) {
    let field = String(decoding: bytes, as: UTF8.self)
    let links = LinkHeader.parse([field])
    let fields = links.map { "<\($0.target)>; \(parameters($0.parameters, separator: "; "))" }
    require(LinkHeader.parse(fields) == links, "\(links) are read otherwise from \(fields)")
    require(LinkHeader.parse([fields.joined(separator: ", ")]) == links, "\(links) in one header")
    if let next = try? LinkHeader.next(in: [field]) {
        require(links.contains { $0.target == next && $0.relations.contains("next") }, "\(next) is not a link")
    }
}

/// An image's name that was read means the same as it is shown.
@Sendable private func checkReference(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    do {
        let reference = try ImageReference(text)
        let shown = reference.description
        require((try? ImageReference(shown)) == reference, "\(text) is read otherwise from \(shown)")
        require(reference.repository.description.utf8.count <= 255, "\(shown) is too long")
        require((try? Repository(text)) == (reference.reference == nil ? reference.repository : nil), "\(text)")
    } catch {
        require(error.kind == .badName && !error.text.utf8.contains { $0 < 0x20 || $0 > 0x7E }, "\(error)")
    }
}

/// A manifest is an image or an index, never the one or the other by what the registry calls it.
@Sendable private func checkManifest(_ bytes: [UInt8]) {
    let readings = [nil, MediaType.ociIndex, .ociManifest].map { type in
        Result { () throws(RegistryError) in try Manifest(parsing: bytes, contentType: type?.text) }
    }
    var kinds: Set<Bool> = []
    for reading in readings {
        switch reading {
        case .success(let manifest):
            kinds.insert(manifest.mediaType.isIndex)
            switch manifest.content {
            case .index: require(manifest.mediaType.isIndex, "an index under \(manifest.mediaType)")
            case .image(let config, let layers):
                require(manifest.mediaType.isManifest, "an image under \(manifest.mediaType)")
                require((layers + [config]).allSatisfy { $0.size >= 0 }, "a negative size")
            }
        case .failure(let error): require(error.kind == .badData, "\(error)")
        }
    }
    require(kinds.count < 2, "it is read in two ways")

    if let created = try? ImageConfig(parsing: bytes).created {
        require(Timestamp(created.description) == created, "\(created) is read otherwise")
    }
    let text = DistributionErrors(bytes).text ?? ""
    require(text.unicodeScalars.count <= 201 && !text.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "\(text)")
}

/// A list of tags is the same whole and in parts, and the same for jansson.
@Sendable private func checkTags(_ bytes: [UInt8]) {
    let whole = tags([bytes])
    let size = Int(bytes.first ?? 0) % 7 + 1
    let parts = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    require(tags(parts) == whole, "in parts of \(size) the list is another")
    guard let whole else { return }
    do {
        let others = try JSONValue(parsing: bytes).object?["tags"]?.array?.map { $0.string ?? "no text" } ?? []
        require(whole == others, "\(whole) are \(others) for jansson")
    } catch {
        // What no number of C holds, and names with a NUL in them, are passed over here.
        let isOurs =
            error.reason.contains("too big") || error.reason.contains("overflow") || error.reason.contains("NUL")
        require(isOurs, "jansson refuses it: \(error)")
    }
}

private func tags(_ parts: [[UInt8]]) -> [String]? {
    var scanner = TagListScanner()
    var tags: [String] = []
    do {
        for part in parts { try scanner.feed(part) { tags.append($0.text) } }
        try scanner.finish()
        return tags
    } catch {
        return nil
    }
}

/// Nodes are what jansson makes of the same text.
@Sendable private func checkJSON(_ bytes: [UInt8]) {
    // jansson passes over a NUL behind a number, as if it were not there.
    guard !bytes.contains(0) else { return }
    require(JSONReadings.byJansson(bytes) == JSONReadings.byNodes(bytes), "jansson and nodes differ")
}
