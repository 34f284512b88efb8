internal import CIEnv
internal import Cleanup

/// What werf's own files and variables say of a cleanup.
struct WerfSettings {
    private let command: CleanupCommand
    private let environment: Environment

    init(_ command: CleanupCommand, _ environment: Environment) {
        self.command = command
        self.environment = environment
    }

    /// What the project's werf.yaml says, else what werf does where nobody says anything, and then the variables.
    func policy() throws(Failure) -> WerfPolicy {
        var policy = try configured()
        if let text = environment["WERF_KEEP_STAGES_BUILT_WITHIN_LAST_N_HOURS"] {
            policy.builtWithin = try orCleanupFails { () throws(CleanupError) in
                try WerfPolicy.builtWithin(hours: text)
            }
        }
        if let path = environment["WERF_KEEP_LIST"] {
            let text = try CleanupFile.read(path, "werf's keep list")
            policy.keepList = try orCleanupFails { () throws(CleanupError) in
                try WerfPolicy.keepList(text, file: path)
            }
        }
        // Who names sources knows where images run.
        if environment.isTrue("WERF_WITHOUT_KUBE") || !command.rules.inUse.isEmpty { policy.usesKubernetes = false }
        return policy
    }

    private func configured() throws(Failure) -> WerfPolicy {
        let path = environment["WERF_CONFIG"] ?? "\(command.sources.checkout)/werf.yaml"
        let isThere = try CleanupFile.exists(path)
        guard environment["WERF_CONFIG"] != nil || isThere else {
            return try orCleanupFails { () throws(CleanupError) in try WerfPolicy.standard() }
        }
        let text = try CleanupFile.read(path, "werf's configuration")
        return try orCleanupFails { () throws(CleanupError) in try WerfConfig.policy(text, file: path) }
    }
}

extension KeepRule {
    /// What any cluster runs that kubectl knows, as werf looks at all of them.
    static var clusters: KeepRule {
        var rule = KeepRule()
        rule.inUse = [.kubernetes(context: "*")]
        rule.source = #"{in-use: ["kubernetes:*"]}"#
        return rule
    }
}
