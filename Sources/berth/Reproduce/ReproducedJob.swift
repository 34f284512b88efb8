internal import CIEnv
internal import POSIX

/// A job of a CI system as it is run on somebody's own machine.
struct ReproducedJob {
    /// The CI system.
    let system: CISystem
    /// What the system gives the job, and what the person does.
    var exports: [Export]
    /// What the job sees, without what berth itself will set.
    let environment: Environment
    /// What the person gives it.
    private let given: [String: String]
    /// Variables that are to hold the path of an empty file.
    var files: [String] { system.files.filter { given[$0] == nil } }
    /// Variables that are to hold the path of an empty directory, and what that is called.
    var directories: [String: String] { system.directories.filter { given[$0.key] == nil } }

    /// What ``exports`` say they came from where they came from the person.
    private static let given = "--set"
    /// The same where a snapshot's placeholders were filled with what the person gave.
    private static let filled = "the snapshot, and --set"

    /// Whether a secret may be in `export`, as the person put something there.
    static func mayBeSecret(_ export: Export) -> Bool { [given, filled].contains(export.source) }

    /// A job of `system`.
    ///
    /// - Parameters:
    ///   - system: The CI system.
    ///   - variables: What the system gives it.
    ///   - source: What these came from, for people.
    ///   - filled: Those of these in which there is something that the person gave.
    ///   - given: What the person gives it.
    ///   - keepsAll: Whether it sees all that the person's own environment has, and not the session alone.
    ///   - own: The person's own environment.
    init(
        _ system: CISystem, _ variables: [JobVariable], from source: String, filled: Set<String> = [],
        given: [String: String], keepsAll: Bool, in own: Environment
    ) {
        self.system = system
        self.given = given
        let systems = variables.filter {
            given[$0.name] == nil && !LocalJob.isOfSession($0.name) && $0.name != LocalJob.mark
        }
        exports =
            systems.map { Export($0.name, $0.value, from: filled.contains($0.name) ? Self.filled : source) }
            + given.filter { $0.key != LocalJob.mark }.sorted { $0.key < $1.key }.map {
                Export($0.key, $0.value, from: Self.given)
            }
            + [Export(LocalJob.mark, "true", from: "berth reproduce")]
        let values = Dictionary(systems.map { ($0.name, $0.value) }) { first, _ in first }
            .merging(given) { $1 }.merging([LocalJob.mark: "true"]) { $1 }
        environment = Environment { name in
            if let value = values[name] { return value }
            // The person's credentials may be in this one, which then counts before the config.
            let isSeen = keepsAll || LocalJob.isOfSession(name) || name == "DOCKER_AUTH_CONFIG"
            return isSeen && own.isSet(name) ? own[name] ?? "" : nil
        }
    }
}

extension ReproducedJob {
    /// Those of `exports` whose values `shell` cannot carry, and that nobody asked for by name.
    func unwritable(_ exports: [Export], for shell: Shell) -> [Export] {
        exports.filter { export in
            given[export.name] == nil && self.exports.contains(export) && (try? shell.render([export])) == nil
        }
    }

    /// What berth sets otherwise than it was given, but has taken what was given into.
    private static let merged = [JobPlan.searchPathName, "DOCKER_AUTH_CONFIG", "CONTAINERS_REGISTRIES_CONF"]

    /// Makes sure that what the person gives the job counts, where `exports` are what berth sets for it.
    ///
    /// - Throws: `Failure` with the first variable that berth sets otherwise.
    func checkGiven(against exports: [Export]) throws(Failure) {
        for export in exports where !Self.merged.contains(export.name) {
            guard let value = given[export.name] else { continue }
            let isSame =
                switch export.value {
                case .text(let text): text == value
                case .reference(let variable): environment[variable] == value
                }
            guard isSame else {
                throw Failure(
                    .usage, "--set \(export.name): berth itself sets this one for the job, by \(export.source)",
                    hint: "leave it out; the command can change it for what it runs")
            }
        }
    }
}

extension ReproducedJob {
    /// The job of the checkout that the working directory is in.
    ///
    /// - Parameters:
    ///   - name: The CI system, where the person named one.
    ///   - options: What the person says of the job.
    ///   - settings: What the person gives it, and lets it have.
    ///   - reporter: Who is told what is otherwise than in the CI system.
    /// - Throws: `Failure` where there is no checkout, or it does not tell of which system the job is.
    init(
        of name: String?, _ options: LocalJobOptions, _ settings: ReproductionSettings, reporter: Reporter
    ) throws(Failure) {
        let directory = CurrentProcess.workingDirectory ?? "."
        let (system, checkout, job) = try orFail { () throws(CIEnvError) in
            // A name that is none is told before git is asked.
            let named = try name.map { name throws(CIEnvError) in try CISystem.chosen(name) }
            let checkout = try Checkout(of: directory, for: options, account: settings.environment["USER"])
            let system = if let named { named } else { try CISystem.configured(in: checkout) }
            return (system, checkout, try LocalJob(checkout, options))
        }
        options.notes(on: checkout).forEach(reporter.note)
        reporter.debug("\(system.title), as \(name == nil ? "configured" : "named")")
        self.init(
            system, system.variables(of: job), from: "the checkout", given: settings.given, keepsAll: settings.keepsAll,
            in: settings.environment)
    }

    /// The job that the snapshot at `path` is of; `-` is standard input.
    init(replaying path: String, _ settings: ReproductionSettings, reporter: Reporter) throws(Failure) {
        let name = path == "-" ? "standard input" : path
        let limit = 64 << 20, text: [UInt8]
        do throws(SystemError) {
            text =
                path == "-"
                ? try StandardStream.input.readAll(limit: limit)
                : try FileDescriptor(reading: path).readAll(limit: limit)
        } catch {
            throw Failure(
                error.code == .tooLarge ? .badData : .badConfiguration, "\(name): \(error.code)",
                hint: "--from wants the file that berth snapshot wrote")
        }
        let (snapshot, system) = try orFail { () throws(CIEnvError) in
            let snapshot = try Snapshot(parsing: text, named: name)
            return (snapshot, try CISystem.chosen(snapshot.system))
        }
        let replay = Replay(snapshot, given: settings.given)
        if !replay.missing.isEmpty {
            reporter.note("secrets that are not set, as --set gives them no value: \(Self.list(replay.missing))")
        }
        if !replay.incomplete.isEmpty {
            reporter.note("a secret's placeholder is left in: \(Self.list(replay.incomplete))")
        }
        let elsewhere = replay.variables.filter { variable in
            system.checkoutVariables.contains(variable.name) && settings.given[variable.name] == nil
                && !FilePath.exists(variable.value)
        }
        Self.note(ofCheckout: elsewhere).map(reporter.note)
        self.init(
            system, replay.variables, from: "the snapshot", filled: replay.filled, given: settings.given,
            keepsAll: settings.keepsAll, in: settings.environment)
    }

    /// What a person should know where `variables` lead to a checkout that this machine has not.
    private static func note(ofCheckout variables: [JobVariable]) -> String? {
        guard let path = variables.first?.value else { return nil }
        let words = variables.map { "--set \($0.name)=\"$PWD\"" }.joined(separator: " ")
        return "the job's checkout, \(path), is not on this machine: \(words) names this directory instead"
    }

    private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}

/// What a person gives a job that is reproduced, and lets it have.
struct ReproductionSettings {
    /// The values of variables.
    let given: [String: String]
    /// Whether the job sees all of ``environment``.
    let keepsAll: Bool
    /// The person's own environment.
    let environment: Environment

    /// Settings as `words`, those of `--set`, say: `NAME=VALUE`, or `NAME` for the value that it has in `environment`.
    init(_ words: [String], keepsAll: Bool, in environment: Environment) throws(Failure) {
        var given: [String: String] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            // What stands there may be a secret without its name, and is not shown.
            guard JobVariable(parts[0], "").isShellVariable else {
                throw Failure(
                    .usage, "--set: not of the form NAME=VALUE or NAME", hint: "such as --set CI_JOB_NAME=build")
            }
            guard parts.count == 1 else {
                given[parts[0]] = parts[1]
                continue
            }
            guard environment.isSet(parts[0]) else {
                throw Failure(
                    .usage, "--set \(Reporter.printable(parts[0])): there is no such variable here",
                    hint: "export it, or say --set NAME=VALUE")
            }
            given[parts[0]] = environment[parts[0]] ?? ""
        }
        self.given = given
        self.keepsAll = keepsAll
        self.environment = environment
    }
}
