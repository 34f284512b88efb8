public import DockerConfig

/// Makes a snapshot of a job's environment: decides what is a secret, and puts placeholders in.
public struct SnapshotMaker: Sendable {
    /// Why a variable's value is not in the snapshot.
    public enum Reason: Equatable, Sendable {
        /// The CI system, or berth, has a secret there.
        case known
        /// Somebody said so.
        case named
        /// Its name does.
        case name
        /// Its value does.
        case value
        /// There is another secret in it that cannot be told apart.
        case holdsAnother
    }

    /// A snapshot, and what was decided for it.
    public struct Result: Sendable {
        /// The snapshot.
        public var snapshot: Snapshot
        /// The variables that are placeholders as a whole, and why, in the order of their names.
        public var replaced: [(name: String, reason: Reason)] = []
        /// The variables in whose values placeholders stand beside other text.
        public var masked: [String] = []
    }

    /// The CI system.
    private let system: CISystem
    /// The job's variables.
    private let variables: [JobVariable]
    /// What is a secret, besides what looks like one.
    private let named: Set<String>
    /// What is none, although it looks like one.
    private let kept: Set<String>
    /// ``variables`` by their names.
    private let environment: Environment
    /// The variables in which the CI system, or berth, has secrets.
    private let known: Set<String>

    /// What makes a snapshot of a job of `system`.
    ///
    /// - Parameters:
    ///   - system: The CI system.
    ///   - variables: The job's variables.
    ///   - job: The job's directory, where the job has one; what leads there is left out.
    ///   - named: Variables that are secrets, whatever they look like.
    ///   - kept: Variables that are none, although they look like one.
    /// - Throws: `CIEnvError` of the kind `usage` where one is to be kept that is a secret for sure.
    public init(
        _ system: CISystem, _ variables: [JobVariable], job: String?, named: [String], kept: [String]
    ) throws(CIEnvError) {
        self.system = system
        self.variables = variables.filter { !Self.isOfShell($0) }.compactMap { Self.withoutJob($0, job) }.sorted()
        self.named = Set(named)
        self.kept = Set(kept)
        environment = Environment(
            Dictionary(self.variables.map { ($0.name, $0.value) }) { first, _ in first })
        known = system.secrets(in: environment)
        for name in kept where known.contains(name) || named.contains(name) {
            throw CIEnvError(
                .usage, "--keep: \(name) is a secret, and does not stand in a snapshot",
                hint: "berth reproduce --set \(name) gives it to a job that needs it")
        }
    }

    /// The snapshot, made at `time` (RFC 3339).
    ///
    /// Nothing stands in it of `secrets` either, such as the logins of the job's docker config.
    public func make(at time: String, besides secrets: [Secret] = []) -> Result {
        var reasons = reasonsByName
        let byName = SecretTexts(values(of: reasons))
        for variable in variables where reasons[variable.name] == nil && !kept.contains(variable.name) {
            if SecretValue.isTelling(byName.placed(variable.value).blotted) { reasons[variable.name] = .value }
        }
        var texts = SecretTexts(values(of: reasons))
        for secret in secrets { secret.withValue { texts.add(Array($0.utf8)) } }
        for variable in variables where !kept.contains(variable.name) {
            for part in SecretValue.parts(of: byName.placed(variable.value).blotted) { texts.add(part) }
        }
        return snapshot(at: time, reasons, texts)
    }

    /// What the names of variables say, and those who know them.
    private var reasonsByName: [String: Reason] {
        var reasons: [String: Reason] = [:]
        for variable in variables {
            let (name, value) = (variable.name, variable.value)
            if named.contains(name), !value.isEmpty {
                reasons[name] = .named
            } else if SecretName.isAnswer(value) || kept.contains(name) {
                continue
            } else if known.contains(name) {
                reasons[name] = .known
            } else if isJenkinsLogin(name) {
                reasons[name] = .name
            } else if SecretName.isTelling(name), !isPublic(value), !isFingerprint(name, value),
                !CISystem.isPublic(name), !SecretName.isTrivial(value),
                !SecretName.isPlace(name, value: value)
            {
                reasons[name] = .name
            }
        }
        return reasons
    }

    /// Whether `name` is Jenkins' variable of a user and a password, which it also sets apart from each other.
    private func isJenkinsLogin(_ name: String) -> Bool {
        environment["\(name)_USR"] != nil && environment["\(name)_PSW"] != nil
    }

    /// Whether a variable that the CI system has for all to see has this value, too.
    private func isPublic(_ value: String) -> Bool { CISystem.publicFacts.contains { environment[$0] == value } }

    /// Whether it says which key is GnuPG's, and is not the key.
    private func isFingerprint(_ name: String, _ value: String) -> Bool {
        (name.hasSuffix("GPG_KEY") || name.hasSuffix("PGP_KEY")) && value.utf8.count == 40
            && value.utf8.allSatisfy(\.isASCIIHexDigit)
    }

    /// The values of the variables that are secrets.
    private func values(of reasons: [String: Reason]) -> [(name: String, value: String)] {
        variables.filter { reasons[$0.name] != nil }.map { ($0.name, $0.value) }
    }

    private func snapshot(at time: String, _ reasons: [String: Reason], _ texts: SecretTexts) -> Result {
        var values = variables.map { variable in
            (variable.name, reasons[variable.name] == nil ? texts.masked(variable.value) : nil)
        }
        // What looks like a placeholder would be taken for one.
        let names = Set(variables.map(\.name))
        for index in values.indices where values[index].1?.looksLikePlaceholder(of: names) == true {
            values[index].1 = nil
        }

        var result = Result(snapshot: Snapshot(system: system.name, createdAt: time, variables: [], secrets: []))
        var secrets: Set<String> = []
        for (variable, (name, masked)) in zip(variables, values) {
            let value = masked ?? texts.hidden(variable.value, of: name)
            secrets.formUnion(value.names)
            result.snapshot.variables.append(JobVariable(name, value.text))
            if masked == nil {
                result.replaced.append((name, reasons[name] ?? .holdsAnother))
            } else if !value.names.isEmpty {
                result.masked.append(name)
            }
        }
        result.snapshot.secrets = secrets.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return result
    }
}

extension SnapshotMaker {
    /// Whether a shell sets it for itself.
    private static func isOfShell(_ variable: JobVariable) -> Bool {
        ["_", "SHLVL", "PWD", "OLDPWD"].contains(variable.name)
    }

    /// What is left of `variable` without what berth made for the job in the directory `job`; `nil` where nothing is.
    ///
    /// A job that is reproduced is given that anew.
    private static func withoutJob(_ variable: JobVariable, _ job: String?) -> JobVariable? {
        guard let job else { return variable }
        if variable.name == JobPlan.searchPathName {
            let places = variable.value.split(separator: ":", omittingEmptySubsequences: false)
            let kept = places.filter { !isInside($0, job) }
            return JobVariable(variable.name, kept.joined(separator: ":"))
        }
        // The machine's builders are not those of another one.
        if variable.name == "BUILDX_CONFIG" || isInside(variable.value, job) { return nil }
        return variable
    }

    private static func isInside(_ path: some StringProtocol, _ directory: String) -> Bool {
        path == directory || path.hasPrefix("\(directory)/")
    }
}
