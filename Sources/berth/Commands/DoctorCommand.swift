internal import ArgumentParser
internal import CIEnv
internal import Credentials
internal import JSON

/// `berth doctor`.
struct DoctorCommand: SpeakingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find out why a registry refuses this job.",
        discussion: """
            Tells which CI system was recognised, which config clients read, where each registry's credential comes \
            from and when it ends, and what of all this is wrong. No secret is shown. Nobody is asked on the network, \
            unless with --verify. The exit code is 1 where anything fails.
            """)

    @Flag(
        help: #"""
            Print {"findings": [{"check", "status": "ok"|"warn"|"fail", "text", "hint"}], "registries": [{"host", \#
            "source", "expiresAt", "lifetime"}], "ok", "warn", "fail"}.
            """#)
    var json = false

    @Flag(
        inversion: .prefixedNo,
        help: "Try each login against its registry, and exchange the job's OIDC token. [BERTH_VERIFY]")
    var verify: Bool?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let environment = environment
        var report = DoctorVisit(environment).examination.report()
        // What the variable says wrongly is a finding already.
        if (try? CIEnvOptions.verifies(verify, in: environment)) ?? false {
            let findings = LoginTrial(environment).findings(report.logins)
            // What was minted on the way is there now.
            report = DoctorVisit(environment, tellsRefusals: false).examination.report()
            report.add(findings)
        }
        var output = OutputBuffer()
        if json {
            try output.write(report.json.text(indented: false))
        } else {
            try DoctorText(common, environment).write(report, to: &output)
        }
        try output.flush()
        let failed = report.count(.fail)
        guard failed > 0 else { return }
        throw Failure(
            .failed, failed == 1 ? "one check failed" : "\(failed) checks failed",
            hint: "begin with the first: others may follow from it")
    }
}
