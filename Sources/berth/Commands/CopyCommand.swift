internal import ArgumentParser
internal import CIEnv
internal import JSON
internal import POSIX
internal import Registry

/// `berth copy`.
struct CopyCommand: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy", abstract: "Copy an image, or an index with all its images, to another repository.",
        discussion: """
            Digests stay the same. Within a registry the blobs are not moved; between two they go through this machine, \
            whose disk is not used. What broke off goes on where it was.
            """)

    @Argument(help: "The image: a tag or digest of a repository; latest where neither is named.")
    var src: String

    @Argument(help: "Where to: a repository, which gets the source's tag, or a tag of one.")
    var dst: String

    @Flag(help: "Copy all tags of the repository SRC.")
    var allTags = false

    @Flag(help: "Copy signatures, attestations and the like along.")
    var referrers = false

    @Flag(
        help: "Make the repository DST where it is not there yet and the first push would not make it: at Amazon ECR.")
    var createRepository = false

    @Flag(
        help: #"""
            Print {"source", "destination", "digest", "blobs": {"mounted", "copied", "present"}, "bytes"}; with \#
            --all-tags also "tags": [{"name", "digest"}], and no digest.
            """#)
    var json = false

    @Flag(help: "Tell how far it is, where standard error is no terminal too.")
    var progress = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var common: CommonOptions

    private struct Outcome: Sendable {
        var digest: Digest?
        var tags: [(tag: Tag, digest: Digest)] = []
        var report = ImageCopier.Report()
    }

    func run() throws {
        let source = try named { () throws(RegistryError) in try ImageReference(src) }
        let target = try named { () throws(RegistryError) in try ImageReference(dst) }
        try checkNames(source, target)
        let (common, environment, wantsProgress, all, referrers) = (common, environment, progress, allTags, referrers)
        let creates = createRepository
        let outcome = try run([source.repository.host, target.repository.host]) { settings throws(RegistryError) in
            // An implementation is named for where the images go.
            var sourceSettings = settings
            if source.repository.host != target.repository.host { sourceSettings.implementation = nil }
            if creates { try await ManagedRepository.open(target.repository, settings).create() }
            let from = try await RepositoryClient.connect(to: source.repository, for: [.pull], sourceSettings)
            let to = try await RepositoryClient.connect(to: target.repository, for: [.pull, .push], settings)
            let meter = ProgressMeter(
                "copying", .bytes, common, isWanted: wantsProgress, environment,
                clock: settings.pacing)
            defer { meter.finish() }
            let copier = ImageCopier(from: from, to: to, copiesReferrers: referrers) { progress in
                switch progress {
                case .found(let bytes): meter.add(total: bytes)
                case .copied(let bytes): meter.add(done: bytes)
                }
            }
            var outcome = Outcome()
            if all {
                outcome.tags = try await copier.copyAllTags()
            } else {
                let image = source.defaultingToLatest()
                outcome.digest = try await copier.copy(
                    image.reference ?? .tag(.latest), as: target.tag ?? (target.digest == nil ? image.tag : nil))
            }
            outcome.report = copier.report
            return outcome
        }
        if json {
            try print(Self.json(outcome, source, target, all: allTags).text(indented: false))
        } else {
            common.reporter(environment).note(Self.summary(outcome))
        }
    }

    private func checkNames(_ source: ImageReference, _ target: ImageReference) throws(Failure) {
        if allTags, source.reference != nil || target.reference != nil {
            throw Failure(.usage, "--all-tags copies a repository: a tag or digest makes no sense with it")
        }
        if let digest = target.digest, digest != source.digest {
            throw Failure(.usage, "the copy has the source's digest: name a tag, or nothing", hint: nil)
        }
    }

    private static func json(
        _ outcome: Outcome, _ source: ImageReference, _ target: ImageReference, all: Bool
    ) -> JSONValue {
        var object = JSONObject()
        object["source"] = .string(source.description)
        object["destination"] = .string(target.description)
        object["digest"] = .text(outcome.digest?.text)
        if all {
            object["tags"] = .array(
                outcome.tags.map { ["name": .string($0.tag.text), "digest": .string($0.digest.text)] })
        }
        let report = outcome.report
        object["blobs"] = [
            "mounted": .integer(report.mounted), "copied": .integer(report.copied), "present": .integer(report.present),
        ]
        object["bytes"] = .integer(report.bytes)
        return .object(object)
    }

    private static func summary(_ outcome: Outcome) -> String {
        let what = outcome.digest.map { "copied \($0)" } ?? "copied \(outcome.tags.count) tags"
        let report = outcome.report
        return "\(what): \(report.copied) blobs copied (\(Amount.bytes(report.bytes))), \(report.mounted) mounted,"
            + " \(report.present) there before"
    }
}
