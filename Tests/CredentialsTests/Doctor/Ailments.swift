internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import JSON
internal import Registry
internal import TestSupport

extension ExaminationTests.Ailment {
    typealias Ailment = ExaminationTests.Ailment

    static let all = jobs + configs + credentials + programs + tokens + machine

    private static let job = Patient.job, now = Patient.now

    private static let jobs: [Ailment] = [
        Ailment("no job", .job, .warn, "BERTH_JOB is not set", hint: "berth ci-env") { patient in
            for name in ["BERTH_JOB", "BERTH_CI"] { patient.environment[name] = nil }
            patient.files["\(job)/lease.json"] = nil
        },
        Ailment("a job that is not handed on", .job, .warn, "BERTH_JOB is not set, but docker reads") {
            $0.environment["BERTH_JOB"] = nil
        },
        Ailment("a released job", .job, .fail, "is not there", hint: "berth ci-env") { $0.files[job] = nil },
        Ailment("a job that is a file", .job, .fail, "is not a directory") { $0.write("", to: job) },
        Ailment("a job of somebody else's", .job, .fail, "belongs to user 7") { $0.files[job]?.owner = 7 },
        Ailment(
            "a process of another user's", .job, .fail, "belongs to another user: this process is user 1000",
            hint: "as the job's user"
        ) { $0.isHidden = true },
        Ailment("a job that others may enter", .job, .fail, "has the mode 0755", hint: "chmod 700") {
            $0.makeDirectory(job, mode: 0o755)
        },
        Ailment("a job without a lease", .job, .fail, "has no lease") { $0.files["\(job)/lease.json"] = nil },
        Ailment("a corrupt lease", .job, .fail, "has no lease") { $0.write("{", to: "\(job)/lease.json") },
        Ailment("a lease that has ended", .job, .fail, "has ended") { $0.writeLease(expires: now - 1) },
        Ailment("a CI system that is not known", .ci, .warn, "no CI system is recognised") { patient in
            patient.environment["GITLAB_CI"] = nil
            patient.environment["BERTH_CI"] = "generic"
        },
        Ailment("an option that makes no sense", .options, .fail, "BERTH_VERIFY: neither yes nor no") {
            $0.environment["BERTH_VERIFY"] = "maybe"
        },
        Ailment("a login whose variable is missing", .options, .fail, "no login to r.example.com: R_TOKEN is not set") {
            $0.environment["BERTH_LOGIN"] = "r.example.com=CI_REGISTRY_USER,R_TOKEN"
        },
    ]

    private static let other = #"{"auths": {"other.example.com": {"auth": "\#(Patient.auth("u", "p"))"}}}"#

    private static let configs: [Ailment] = [
        Ailment(
            "a DOCKER_CONFIG that was unset", .config, .fail, "as DOCKER_CONFIG is not set", hint: "$BERTH_JOB/docker"
        ) {
            $0.environment["DOCKER_CONFIG"] = nil
        },
        Ailment("a DOCKER_CONFIG that was changed", .config, .fail, "docker reads /etc/d/config.json, by DOCKER_CONFIG")
        {
            $0.environment["DOCKER_CONFIG"] = "/etc/d"
        },
        Ailment("a corrupt config", .config, .fail, "docker cannot use its config", hint: "correct it") {
            $0.writeConfig("{\"auths\": {")
        },
        Ailment("a config of a wrong type", .config, .fail, "\"credHelpers\" is not an object of texts") {
            $0.writeConfig(#"{"credHelpers": []}"#)
        },
        Ailment("a config that is gone", .config, .fail, "is not there") {
            $0.files["\(job)/docker/config.json"] = nil
        },
        Ailment("a corrupt file of berth's own", .config, .fail, "docker-credential-berth cannot use its file") {
            $0.write("[", to: "\(job)/docker/berth-store.json")
        },
        Ailment("a store that all jobs share", .config, .warn, "keeps what it is given by docker-credential-pass") {
            patient in
            patient.writeConfig(
                #"{"credsStore": "pass", "credHelpers": {"registry.example.com": "pass"}, "auths": {}}"#)
            patient.write("program", to: "/usr/bin/docker-credential-pass", mode: 0o755)
        },
        Ailment("a DOCKER_AUTH_CONFIG set since", .config, .fail, "other.example.com", hint: "unset DOCKER_AUTH_CONFIG")
        {
            $0.environment["DOCKER_AUTH_CONFIG"] = other
        },
        Ailment("a DOCKER_AUTH_CONFIG in a file", .config, .fail, "other.example.com") { patient in
            patient.write(other, to: "/secrets/docker")
            patient.environment["DOCKER_AUTH_CONFIG"] = "/secrets/docker"
        },
        Ailment("a corrupt DOCKER_AUTH_CONFIG", .config, .warn, "docker cannot use it") {
            $0.environment["DOCKER_AUTH_CONFIG"] = "not-json"
        },
        Ailment("a REGISTRY_AUTH_FILE that was unset", .clients, .warn, "REGISTRY_AUTH_FILE is not set") {
            $0.environment["REGISTRY_AUTH_FILE"] = nil
        },
        Ailment("a REGISTRY_AUTH_FILE of others", .clients, .warn, "leads podman, skopeo and buildah to /etc/auth.json")
        {
            patient in
            patient.write("{}", to: "/etc/auth.json")
            patient.environment["REGISTRY_AUTH_FILE"] = "/etc/auth.json"
        },
        Ailment("a HELM_REGISTRY_CONFIG of others", .clients, .warn, "leads helm to /etc/helm.json") { patient in
            patient.write("{}", to: "/etc/helm.json")
            patient.environment["HELM_REGISTRY_CONFIG"] = "/etc/helm.json"
        },
        Ailment(
            "a config's text where its path belongs", .clients, .fail, "REGISTRY_AUTH_FILE holds no path",
            hint: "DOCKER_AUTH_CONFIG"
        ) { $0.environment["REGISTRY_AUTH_FILE"] = other },
        Ailment("a DOCKER_CONFIG that is no path", .config, .fail, "DOCKER_CONFIG holds no path") {
            $0.environment["DOCKER_CONFIG"] = other
        },
        Ailment("a job that is no path", .job, .fail, "BERTH_JOB holds no path", hint: "berth ci-env") {
            $0.environment["BERTH_JOB"] = "https://user:password@example.com"
        },
        Ailment(
            "a file that podman reads first", .clients, .warn, "podman up to 4.3 reads /run/containers/1000/auth.json"
        ) {
            $0.write("{}", to: "/run/containers/1000/auth.json")
        },
        Ailment("a corrupt file of helm's", .clients, .fail, "helm cannot use its config") { patient in
            patient.write("nothing", to: "\(job)/helm/registry.json")
        },
    ]

    private static func password(_ text: String) -> @Sendable (inout Patient) -> Void {
        { $0.writeConfig(Patient.config(["registry.example.com": ("user", text)])) }
    }

    private static func ecrPassword(_ end: Int) -> String {
        let filler = String(repeating: "A", count: 100)
        let text = #"{"payload":"\#(filler)","version":"2","type":"DATA_KEY","expiration":\#(end)}"#
        return base64(Array(text.utf8))
    }

    private static let credentials: [Ailment] = [
        Ailment(
            "a token that has ended", .credentials, .fail, "ended 10m ago", hint: "--oidc registry.example.com=",
            password(Patient.token(["exp": .integer(now - 600)]))),
        Ailment(
            "a token that ends before the job", .credentials, .warn, "ends in 20m, the job at the latest in 1h",
            hint: "renewed", password(Patient.token(["exp": .integer(now + 1200)]))),
        Ailment(
            "an ECR password that has ended", .credentials, .fail, "ended 1h ago", password(ecrPassword(now - 3600))),
        Ailment(
            "an entry that is no credential", .credentials, .fail,
            "its auth is not Base64; docker, buildx and crane then use no login", hint: "log in anew"
        ) {
            $0.writeConfig(#"{"auths": {"registry.example.com": {"auth": "!!!"}}}"#)
        },
        Ailment(
            "a job whose login's variables are missing", .credentials, .fail,
            "registry.example.com, where the job's images go, has no credential: no login to registry.example.com: none of "
                + "CI_REGISTRY_PASSWORD, CI_JOB_TOKEN, CI_DEPLOY_PASSWORD is set"
        ) { patient in
            patient.environment["CI_REGISTRY_PASSWORD"] = nil
            patient.writeConfig(#"{"auths": {"berth.invalid": {}}}"#)
        },
        Ailment("a fork without credentials", .credentials, .warn, "the job is from a fork", hint: "push nothing") {
            patient in
            patient.environment["CI_REGISTRY_PASSWORD"] = nil
            patient.environment["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"] = "8"
            patient.environment["CI_MERGE_REQUEST_PROJECT_ID"] = "7"
            patient.writeConfig(#"{"auths": {"berth.invalid": {}}}"#)
        },
        Ailment(
            "a job that has no login to the CI system's own registry, but an exchange elsewhere", .credentials, .warn,
            "ghcr.io, where the job's images go, has no credential: no login to ghcr.io: GITHUB_TOKEN is not set",
            in: .gitHub
        ) { patient in
            patient.environment["BERTH_REPO"] = "ghcr.io/owner/app"
            patient.environment["GITHUB_TOKEN"] = nil
            patient.writeConfig(#"{"auths": {}, "credHelpers": {"\#(Patient.ecr)": "berth"}}"#)
        },
        Ailment(
            "a fork's job on GitHub, whose token is read-only", .credentials, .warn,
            "ghcr.io: the token of a fork's job can pull only", hint: "{packages: write}", in: .gitHub
        ) { patient in
            patient.environment["BERTH_REPO"] = nil
            patient.environment["GITHUB_EVENT_NAME"] = "pull_request"
            patient.environment["GITHUB_EVENT_PATH"] = "/event.json"
            patient.write(#"{"pull_request": {"head": {"repo": {"full_name": "fork/app"}}}}"#, to: "/event.json")
        },
        Ailment(
            "a job without a login of its own, which uses the machine's", .credentials, .warn,
            "uses one that is inherited from \(Patient.home)/.docker/config.json: no login to registry.example.com",
            hint: "--inherit none"
        ) { patient in
            patient.environment["CI_REGISTRY_PASSWORD"] = nil
            patient.write(
                Patient.config(["registry.example.com/other": ("u", "old")]),
                to: "\(Patient.home)/.docker/config.json")
            patient.writeConfig(Patient.config(["registry.example.com": ("u", "old")]))
        },
        Ailment(
            "a job that logs in elsewhere only", .credentials, .warn, "registry.example.com, where the job's images go"
        ) { patient in
            patient.environment["CI_REGISTRY_PASSWORD"] = nil
            patient.environment["BERTH_REPO"] = "registry.example.com/group/app"
            patient.writeConfig(Patient.config(["docker.io": ("u", "p")]))
        },
        Ailment(
            "a job whose images somebody sends where it has no login", .credentials, .fail,
            "r.example.com, where the job's images go, has no credential"
        ) { $0.environment["WERF_REPO"] = "r.example.com/app" },
        Ailment("a login that only podman finds", .credentials, .fail, "has no credential but for podman") { patient in
            patient.write(Patient.config(["registry.example.com": ("u", "p")]), to: "\(job)/containers/auth.json")
            patient.writeConfig(#"{"auths": {"berth.invalid": {}}}"#)
        },
        Ailment(
            "clients with different logins", .credentials, .warn,
            "registry.example.com: podman, skopeo and buildah are given another credential"
        ) {
            $0.write(Patient.config(["registry.example.com": ("u", "other")]), to: "\(job)/containers/auth.json")
        },
        Ailment("a helper of berth's own that has nothing", .credentials, .fail, "docker-credential-berth is to have") {
            $0.writeConfig(#"{"auths": {}, "credHelpers": {"registry.example.com": "berth"}}"#)
        },
    ]

    private static let programs: [Ailment] = [
        Ailment("a helper that is missing", .helpers, .fail, "docker-credential-pass", hint: "install it") {
            $0.writeConfig(#"{"auths": {}, "credHelpers": {"registry.example.com": "pass"}}"#)
        },
        Ailment("a helper that cannot be executed", .helpers, .fail, "cannot be executed", hint: "chmod") { patient in
            patient.writeConfig(#"{"auths": {}, "credHelpers": {"registry.example.com": "pass"}}"#)
            patient.write("program", to: "/usr/bin/docker-credential-pass", mode: 0o644)
        },
        Ailment("a helper by its path", .helpers, .fail, "what is no program's name") {
            $0.writeConfig(#"{"auths": {}, "credHelpers": {"registry.example.com": "../bin/pass"}}"#)
        },
        Ailment(
            "a PATH without the job's bin", .helpers, .fail, "is in no directory of PATH", hint: "$BERTH_JOB/bin",
            in: .gitHub
        ) { $0.environment["PATH"] = "/usr/bin" },
        Ailment("another berth", .helpers, .warn, "leads to another berth", in: .gitHub) { patient in
            patient.write("program", to: "/opt/berth", mode: 0o755)
            patient.link("\(job)/bin/docker-credential-berth", to: "/opt/berth")
        },
    ]

    private static func token(_ claims: JSONValue) -> @Sendable (inout Patient) -> Void {
        { patient in
            patient.environment["OIDC_TOKEN"] = Patient.token(claims)
            patient.writeSources([Patient.request([.tokenVariable: "OIDC_TOKEN"])], system: "github")
        }
    }

    private static let tokens: [Ailment] = [
        Ailment(
            "a token that will do", .oidc, .ok,
            "of https://gitlab.example.com, about project:app, for sts.amazonaws.com, until 2026-05-28T21:26:40Z (in 1h)",
            in: .gitHub,
            token([
                "iss": "https://gitlab.example.com", "sub": "project:app", "aud": "sts.amazonaws.com",
                "exp": .integer(now + 3600),
            ])),
        Ailment(
            "an OIDC token that has ended", .oidc, .fail, "ended 5m ago", in: .gitHub,
            token(["aud": "sts.amazonaws.com", "exp": .integer(now - 300)])),
        Ailment(
            "an OIDC token that has ended behind an exchange", .oidc, .warn,
            "ended 5m ago, and what was exchanged for it is good until 2026-05-28T20:43:20Z (in 16m)",
            hint: "lives longer", in: .gitHub
        ) { patient in
            token(["aud": "sts.amazonaws.com", "exp": .integer(now - 300)])(&patient)
            patient.minted = .init(username: "AWS", secret: Secret("x"), end: now + 1000)
        },
        Ailment(
            "an OIDC token for nobody", .oidc, .fail, #"is for nobody and not for "sts.amazonaws.com""#,
            hint: "audience:", in: .gitHub, token(["exp": .integer(now + 300)])),
        Ailment("a token's file that is broken across lines", .oidc, .fail, "is no JSON Web Token", in: .gitHub) {
            patient in
            let token = Patient.token(["aud": "sts.amazonaws.com"])
            patient.write("\(token.prefix(20))\n\(token.dropFirst(20))\n", to: "/var/token")
            patient.writeSources([Patient.request([.tokenFile: "/var/token"])])
        },
        Ailment(
            "an OIDC token for others", .oidc, .fail, #"is for "a", "b" and not for "sts.amazonaws.com""#,
            hint: "audience:", in: .gitHub, token(["aud": ["a", "b"], "exp": .integer(now + 300)])),
        Ailment(
            "an OIDC token that ends before the job", .oidc, .warn,
            "OIDC_TOKEN ends in 5m, the job at the latest in 50m, and there is no other", in: .gitHub
        ) { patient in
            token(["aud": "sts.amazonaws.com", "exp": .integer(now + 300)])(&patient)
            patient.environment["GITHUB_ACTIONS"] = nil
            patient.environment["BERTH_CI"] = "gitlab"
            patient.environment["GITLAB_CI"] = "true"
            patient.environment["CI_JOB_TIMEOUT"] = "3600"
            patient.writeLease(expires: now + 36_000, started: now - 600)
        },
        Ailment("a variable that holds no token", .oidc, .fail, "is no JSON Web Token", in: .gitHub) { patient in
            patient.environment["OIDC_TOKEN"] = "nonsense"
            patient.writeSources([Patient.request([.tokenVariable: "OIDC_TOKEN"])])
        },
        Ailment("a token's variable that is not set", .oidc, .fail, "OIDC_TOKEN is not set", in: .gitHub) {
            $0.writeSources([Patient.request([.tokenVariable: "OIDC_TOKEN"])])
        },
        Ailment("a token's file that is gone", .oidc, .fail, "no OIDC token: cannot look at /var/token", in: .gitHub) {
            $0.writeSources([Patient.request([.tokenFile: "/var/token"])])
        },
        Ailment("a job that may have no token", .oidc, .fail, "no OIDC token for \(Patient.ecr)", in: .gitHub) {
            $0.environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = nil
        },
        Ailment(
            "a request that ci-env left out", .oidc, .warn,
            "\(Patient.ecr): no credential, as berth ci-env has said: no OIDC token", hint: "not of a fork", in: .gitHub
        ) { patient in
            var sources = CredentialSources(system: "github", jobKey: "5")
            sources.refused = [.init(registry: Patient.ecr, reason: "no OIDC token; the job is from a fork")]
            patient.write(sources.json.text(indented: true), to: "\(job)/sources.json")
            patient.writeConfig(Patient.config(["ghcr.io": ("octocat", "ghs_secretsecret")]))
            patient.environment["BERTH_REPO"] = nil
            patient.environment["BERTH_OIDC"] = Patient.ecr
        },
        Ailment("a BERTH_OIDC that cannot be, outside of a job", .oidc, .fail, "NOBODYS_TOKEN is not set") { patient in
            for name in ["BERTH_JOB", "BERTH_CI", "DOCKER_CONFIG"] { patient.environment[name] = nil }
            patient.environment["BERTH_OIDC"] = "r.example.com=token-var:NOBODYS_TOKEN"
        },
        Ailment(
            "a BERTH_OIDC that came after ci-env", .oidc, .warn, "r.example.com: BERTH_OIDC asks for it", in: .gitHub
        ) { $0.environment["BERTH_OIDC"] = "r.example.com" },
        Ailment(
            "an exchange that was refused", .oidc, .fail, "when a client last asked for \(Patient.ecr): AWS: no trust",
            hint: "the role's trust", in: .gitHub
        ) { $0.refusal = RegistryError(.denied, "AWS: no trust", hint: "see the role's trust policy") },
        Ailment("a renewal that was refused", .oidc, .warn, "when a client last asked", in: .gitHub) { patient in
            patient.refusal = RegistryError(.tryLater, "AWS: too many requests")
            patient.minted = .init(username: "AWS", secret: Secret("x"), end: now + 60)
        },
        Ailment("a list of requests that was changed", .oidc, .fail, "is not what ci-env wrote") {
            $0.write(#"{"version": 2}"#, to: "\(job)/sources.json")
        },
    ]

    private static let machine: [Ailment] = [
        Ailment("a config that others may read", .permissions, .fail, "has the mode 0644", hint: "chmod 600") {
            $0.files["\(job)/docker/config.json"]?.mode = 0o644
        },
        Ailment("a config of somebody else's", .permissions, .fail, "belongs to user 0") {
            $0.files["\(job)/docker/config.json"]?.owner = 0
        },
        Ailment("a minted credential that others may read", .permissions, .fail, "has the mode 0640", in: .gitHub) {
            $0.write("{}", to: "\(job)/minted/\(Patient.ecr).json", mode: 0o640)
        },
        Ailment(
            "a directory of programs that others may change", .permissions, .fail, "/bin has the mode 0777",
            hint: "chmod 700"
        ) { $0.makeDirectory("\(job)/bin", mode: 0o777) },
        Ailment("a root that others may change", .permissions, .fail, "has the mode 0777") {
            $0.files[Patient.root]?.mode = 0o777
        },
        Ailment("logins that all jobs can read", .permissions, .warn, "2 logins in plain text") { patient in
            let config = Patient.config(["a.example.com": ("u", "p"), "b.example.com": ("u", "p")])
            patient.write(config, to: "\(Patient.home)/.docker/config.json")
        },
        Ailment("directories of ended jobs", .leftovers, .warn, "2 jobs that have ended", hint: "berth gc") {
            $0.leftovers = ["\(Patient.root)/a", "\(Patient.root)/b", job]
        },
        Ailment("a root that is refused", .leftovers, .warn, "/tmp/berth-1000 is refused") {
            $0.obstacles = ["/tmp/berth-1000 is refused: its mode is 0777, not 0700"]
        },
        Ailment(
            "a clock that is late", .clock, .warn, "5m in the future",
            password(Patient.token(["iat": .integer(now + 300), "exp": .integer(now + 7200)]))),
        Ailment("a proxy", .network, .ok, "HTTPS_PROXY: registry.example.com is reached through a proxy") {
            $0.environment["HTTPS_PROXY"] = "http://user:secret@proxy.example.com"
        },
        Ailment("a proxy that is left out", .network, .ok, "HTTPS_PROXY: no registry is reached through a proxy") {
            patient in
            patient.environment["HTTPS_PROXY"] = "http://proxy.example.com"
            patient.environment["NO_PROXY"] = "localhost, .example.com"
        },
    ]
}
