internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import Testing

@Suite("doctor")
struct ExaminationTests {
    // MARK: healthy jobs

    @Test("finds nothing wrong with a sound job", arguments: [Patient.gitLab, .gitHub])
    func healthy(patient: Patient) {
        let report = patient.report()
        #expect(report.findings.filter { $0.status != .ok } == [])
        let checks = Set(report.findings.map(\.check))
        #expect(checks.isSuperset(of: [.ci, .job, .config, .clients, .credentials, .permissions, .leftovers]))
    }

    @Test("tells where a job's own login comes from, and that it ends with the job")
    func ownLogin() {
        let rows = Patient.gitLab.report().rows
        #expect(
            rows == [
                [
                    "registry.example.com", "CI_REGISTRY_USER, CI_REGISTRY_PASSWORD, in the job's docker config",
                    "with the job",
                ]
            ])
    }

    @Test("tells with whom the job's OIDC token is exchanged, and when what was got ends")
    func minted() {
        var patient = Patient.gitHub
        #expect(patient.report().rows.first?.last == "got when a client asks")
        patient.minted = .init(username: "AWS", secret: .init("minted-secret"), end: Patient.now + 7800)
        let row = patient.report().rows.first
        #expect(
            row == [
                Patient.ecr, "OIDC exchange with AWS, arn:aws:iam::123456789012:role/push, by --oidc, got 10m ago",
                "2026-05-28T22:36:40Z (in 2h10m), then renewed",
            ])
    }

    @Test("leads to berth check where all is well, with the job's repository if its host has a login")
    func advice() {
        #expect(Patient.gitLab.report().advice?.contains("berth check registry.example.com/group/app ") == true)
        var other = Patient.gitLab
        other.writeConfig(Patient.config(["r.example.com": ("u", "p")]))
        #expect(other.report().advice?.contains("berth check HOST/REPOSITORY ") == true)
        other.writeConfig(Patient.config([:]))
        #expect(other.report().advice == nil)
        var broken = Patient.gitLab
        broken.files["\(Patient.job)/lease.json"] = nil
        #expect(broken.report().advice == nil)
    }

    @Test("says what GitHub's own token needs to push")
    func packages() {
        var patient = Patient.gitHub
        patient.environment["BERTH_REPO"] = nil
        #expect(patient.report().advice?.hasSuffix("GITHUB_TOKEN needs permissions: {packages: write}.") == true)
    }

    @Test("does not call well what this user may not read")
    func hidden() {
        var patient = Patient.gitLab
        patient.isHidden = true
        let findings = patient.report().findings
        #expect(findings.allSatisfy { $0.status != .ok || ![.config, .clients, .credentials].contains($0.check) })
        #expect(!findings.contains { $0.text.contains("is not there") || $0.text.contains("no credential") })
    }

    @Test("takes no longer for each of many logins than for one", .timeLimit(.minutes(1)))
    func many() {
        var patient = Patient.gitLab
        let count = 4000
        let logins = (0..<count).map { ("r\($0).example.com", ("u", "p\($0)")) }
        let config = Patient.config(Dictionary(uniqueKeysWithValues: logins))
        patient.writeConfig(config)
        patient.write(config, to: "\(Patient.job)/containers/auth.json")
        patient.environment["DOCKER_AUTH_CONFIG"] = config
        #expect(patient.report().logins.count == count)
    }

    // MARK: broken ones

    /// What is done to a sound job, and what has to be said of it.
    struct Ailment: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let check: Finding.Check
        let status: Finding.Status
        /// Words of the text, and of the hint.
        let says: String
        let hint: String?
        let change: @Sendable (inout Patient) -> Void
        var patient: Patient

        init(
            _ what: String, _ check: Finding.Check, _ status: Finding.Status, _ says: String, hint: String? = nil,
            in patient: Patient = .gitLab, _ change: @escaping @Sendable (inout Patient) -> Void
        ) {
            testDescription = what
            self.check = check
            self.status = status
            self.says = says
            self.hint = hint
            self.patient = patient
            self.change = change
        }
    }

    @Test("says what is wrong and what to do", arguments: Ailment.all)
    func broken(ailment: Ailment) {
        var patient = ailment.patient
        ailment.change(&patient)
        let report = patient.report()
        let found = report.findings.filter { $0.check == ailment.check && $0.status == ailment.status }
        #expect(
            found.contains { finding in
                finding.text.contains(ailment.says)
                    && (ailment.hint.map { finding.hint?.contains($0) == true } ?? true)
            },
            "\(report.findings.filter { $0.status != .ok })")
        for finding in report.findings where finding.status != .ok {
            #expect(finding.hint?.isEmpty == false, "nothing to do about \(finding.text)")
        }
        if ailment.status != .fail { #expect(report.count(.fail) == 0, "\(report.findings)") }
    }
}
