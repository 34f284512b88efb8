internal import ArgumentParser
internal import CIEnv
internal import JSON
internal import POSIX

/// `berth gc`.
struct GCCommand: SpeakingCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove the directories of jobs that have ended.",
        discussion: "Every ci-env does the same. Directories of jobs that go on are never touched.")

    @Flag(help: "Only tell what would be removed.")
    var dryRun = false

    @Flag(help: #"Print {"removed": [paths], "alive": number, "problems": [texts]}."#)
    var json = false

    @Option(help: ArgumentHelp("Where job directories live. [BERTH_TMP_DIR, WERF_TMP_DIR]", valueName: "dir"))
    var tmpDir: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let environment = environment
        let reporter = common.reporter(environment)
        let facts = CISystem.detect(in: environment).facts(in: environment)
        let bases = JobBases(
            explicit: try tmpDir.asPath(of: "--tmp-dir") ?? environment.first("BERTH_TMP_DIR", "WERF_TMP_DIR")?.value,
            ownDirectory: facts.temporaryDirectory?.value, environment: environment)
        let report = bases.collect(by: JobCollector(observer: .current), isRehearsal: dryRun)
        for problem in report.problems { reporter.warn(problem) }
        do {
            try StandardStream.output.write(json ? Self.json(report) : lines(report))
        } catch {
            throw Failure(error)
        }
        if !report.problems.isEmpty {
            throw Failure(.partly, "not everything that jobs left could be removed")
        }
    }

    private func lines(_ report: JobCollector.Report) -> String {
        report.removed.map { "\(dryRun ? "would remove" : "removed") \($0)\n" }.joined() + "\(report.alive) alive\n"
    }

    private static func json(_ report: JobCollector.Report) -> String {
        let object: JSONValue = [
            "removed": .array(report.removed.map(JSONValue.string)), "alive": .integer(report.alive),
            "problems": .array(report.problems.map(JSONValue.string)),
        ]
        return object.text(indented: false)
    }
}
