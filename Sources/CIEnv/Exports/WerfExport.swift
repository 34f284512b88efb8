/// A variable that werf reads, before it is known whether the job's shell is to set it.
struct WerfExport {
    private enum Source {
        case fact(Sourced?)
        case variable(String?)
    }

    let name: String
    private let source: Source
    /// Whether it is set although the user has set it.
    private let overrides: Bool

    private init(_ name: String, _ source: Source, overrides: Bool) {
        self.name = name
        self.source = source
        self.overrides = overrides
    }

    /// A variable that is left as the user has set it.
    init(_ name: String, _ fact: Sourced?) {
        self.init(name, .fact(fact), overrides: false)
    }

    /// A variable that is left as the user has set it, and otherwise always says `value`.
    static func fixed(_ name: String, _ value: String) -> WerfExport {
        WerfExport(name, Sourced(value, from: "always"))
    }

    /// An annotation `key=fact` of everything that werf deploys.
    static func annotation(_ name: String, _ key: String, _ fact: Sourced?) -> WerfExport {
        WerfExport(
            "WERF_ADD_ANNOTATION_\(name)", .fact(fact.map { Sourced("\(key)=\($0.value)", from: $0.source) }),
            overrides: true)
    }

    /// What `variable` holds, a secret, where there is such a variable.
    static func reference(_ name: String, to variable: String?) -> WerfExport {
        WerfExport(name, .variable(variable), overrides: false)
    }

    /// What the shell sets, or `nil` where that is nothing.
    func export(in environment: Environment) -> Export? {
        guard overrides || environment[name] == nil else { return nil }
        switch source {
        case .fact(let fact):
            guard let fact, !fact.value.isEmpty else { return nil }
            return Export(name, fact.value, from: fact.source)
        case .variable(let variable): return variable.map { Export(name, referringTo: $0) }
        }
    }
}

extension ExportInputs {
    /// What all systems annotate.
    var annotations: [WerfExport] {
        [
            .annotation(
                "WERF_RELEASE_CHANNEL", "werf.io/release-channel", environment.first("TRDL_USE_WERF_GROUP_CHANNEL")),
            .annotation("PROJECT_GIT", "project.werf.io/git", facts.projectURL),
            .annotation("CI_COMMIT", "ci.werf.io/commit", facts.commit),
            .annotation("CI_GIT_TAG", "ci.werf.io/tag", facts.tag),
        ]
    }

    /// How werf writes its log in a job.
    func logExports(colorMode: String = "on") -> [WerfExport] {
        [
            .fixed("WERF_LOG_COLOR_MODE", colorMode), .fixed("WERF_LOG_PROJECT_DIR", "1"),
            .fixed("WERF_ENABLE_PROCESS_EXTERMINATOR", "1"), .fixed("WERF_LOG_TERMINAL_WIDTH", "130"),
        ]
    }

    /// The variables for werf where the system has none of its own.
    var commonWerfExports: [WerfExport] {
        [WerfExport("WERF_REPO", facts.repository)] + annotations + logExports()
    }
}
