internal import ArgumentParser
internal import CIEnv
internal import JSON
internal import POSIX
internal import Registry

/// `berth delete`.
struct DeleteCommand: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete tags and manifests, and nothing that was not named.",
        discussion: """
            A tag goes alone: other tags of the same image stay, at registries too that can only delete an image with \
            all its tags. An image named by its digest goes with all its tags, which must all be named, and stays \
            while an index holds it that was not named.
            """)

    @Argument(help: "A tag (repository:tag) or a manifest (repository@sha256:…).")
    var ref: [String]

    @Flag(help: "Delete what is named by digest also where other tags or indexes lead to it.")
    var force = false

    @Flag(
        help: #"""
            Print {"deleted": [{"reference", "digest", "kind"}], "failed": [{"reference", "code", "reason"}]}, the \#
            kind being tag or manifest.
            """#)
    var json = false

    @Flag(help: "Tell how far it is, where standard error is no terminal too.")
    var progress = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var common: CommonOptions

    private typealias Report = (repository: Repository, report: DeletionReport)

    func run() throws {
        var targets: [(repository: Repository, references: [Reference])] = []
        for text in ref {
            let image = try named { () throws(RegistryError) in try ImageReference(text) }
            guard let reference = image.reference else {
                throw Failure(.usage, "\(image) names no tag and no digest", hint: "what is deleted must be named")
            }
            guard image.tag == nil || image.digest == nil else {
                throw Failure(.usage, "\(image) names both a tag and a digest", hint: "name the one that is to go")
            }
            if let index = targets.firstIndex(where: { $0.repository == image.repository }) {
                targets[index].references.append(reference)
            } else {
                targets.append((image.repository, [reference]))
            }
        }
        let (all, common, environment, wantsProgress, isForced) = (targets, common, environment, progress, force)
        let reports = try run(targets.map(\.repository.host)) { settings throws(RegistryError) in
            var reports: [Report] = []
            for (repository, references) in all {
                let meter = ProgressMeter(
                    "deleting from \(repository)", .items("references"), common, isWanted: wantsProgress, environment,
                    clock: settings.pacing)
                defer { meter.finish() }
                do throws(RegistryError) {
                    let targets = references.map { DeletionTarget($0) }
                    let managed = try await ManagedRepository.open(repository, settings)
                    let report = try await managed.delete(targets, force: isForced) { done, count in
                        meter.set(done: done, total: count)
                    }
                    reports.append((repository, report))
                } catch {
                    guard error.kind != .cancelled else { throw error }
                    var report = DeletionReport()
                    report.failed = references.map { .init($0, error) }
                    reports.append((repository, report))
                }
            }
            return reports
        }
        try tell(reports)
    }

    private func tell(_ reports: [Report]) throws {
        let deleted = reports.flatMap { part in part.report.deleted.map { (part.repository.name($0.reference), $0) } }
        let failed = reports.flatMap { part in part.report.failed.map { (part.repository.name($0.reference), $0) } }
        if json {
            let output: JSONValue = [
                "deleted": .array(
                    deleted.map { name, item in
                        [
                            "reference": .string(name), "digest": .text(item.digest?.text),
                            "kind": .string(item.reference.isTag ? "tag" : "manifest"),
                        ]
                    }),
                "failed": .array(
                    failed.map { name, item in
                        [
                            "reference": .string(name), "code": .string("\(item.error.kind)"),
                            "reason": .string(item.error.text),
                        ]
                    }),
            ]
            try print(output.text(indented: false))
        } else {
            try print(deleted.map { "deleted \($0.0)\n" }.joined())
        }
        let reporter = common.reporter(environment)
        for (name, item) in failed {
            reporter.report(Failure(item.error, of: "\(name) is not deleted", about: name))
        }
        guard let first = failed.first else { return }
        throw ExitCode(deleted.isEmpty ? Failure(first.1.error).status.rawValue : ExitStatus.partly.rawValue)
    }
}
