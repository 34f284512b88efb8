internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import HTTP
internal import JSON
internal import TestSupport
internal import Testing

@Suite("doctor and secrets")
struct DoctorSecretTests {
    /// A place where a secret may be.
    struct Place: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let put: @Sendable (_ secret: String, _ patient: inout Patient) -> Void

        init(_ what: String, _ put: @escaping @Sendable (_ secret: String, _ patient: inout Patient) -> Void) {
            testDescription = what
            self.put = put
        }

        static let all: [Place] = [
            Place("a password") { $1.writeConfig(Patient.config(["registry.example.com": ("user", $0)])) },
            Place("a user name") { $1.writeConfig(Patient.config(["registry.example.com": ($0, "x")])) },
            Place("an auth that is no Base64") { secret, patient in
                patient.writeConfig(#"{"auths": {"registry.example.com": {"auth": \#(quoted("!" + secret))}}}"#)
            },
            Place("an auth without a colon") { secret, patient in
                let auth = Base64.encode(Array(secret.utf8.filter { $0 != UInt8(ascii: ":") }))
                patient.writeConfig(#"{"auths": {"registry.example.com": {"auth": "\#(auth)"}}}"#)
            },
            Place("tokens") { secret, patient in
                patient.writeConfig(
                    #"{"auths": {"registry.example.com": {"auth": "\#(Patient.auth("u", "p"))", "identitytoken": "#
                        + #"\#(quoted(secret)), "registrytoken": \#(quoted(secret))}}}"#)
            },
            Place("a token's signature") { secret, patient in
                let signature = Base64.encodeURL(Array(secret.utf8))
                let token = Patient.token(["exp": .integer(Patient.now - 5), "iat": .integer(Patient.now + 999)])
                patient.writeConfig(Patient.config(["registry.example.com": ("u", "\(token)\(signature)")]))
            },
            Place("a registry's URL") { secret, patient in
                let url = "https://user:\(PercentEncoding.component(secret))@registry.example.com"
                patient.writeConfig(Patient.config([url: ("u", "p")]))
            },
            Place("a corrupt config") { $1.writeConfig("{\"auths\": {\($0)") },
            Place("a config that is text") { $1.writeConfig(quoted($0)) },
            Place("a value of a wrong type") { $1.writeConfig(#"{"credsStore": [\#(quoted($0))]}"#) },
            Place("a header") { secret, patient in
                patient.writeConfig(#"{"auths": {}, "HttpHeaders": {"Authorization": \#(quoted(secret))}}"#)
            },
            Place("a helper's name with a path") { secret, patient in
                patient.writeConfig(#"{"credHelpers": {"registry.example.com": \#(quoted("/bin/\(secret)"))}}"#)
            },
            Place("berth's own file") { secret, patient in
                patient.writeConfig(#"{"auths": {}, "credHelpers": {"registry.example.com": "berth"}}"#)
                patient.write(
                    Patient.config(["registry.example.com": ("u", secret)]),
                    to: "\(Patient.job)/docker/berth-store.json")
            },
            Place("the user's own config") { secret, patient in
                patient.write(
                    Patient.config(["r.example.com": ("u", secret)]), to: "\(Patient.home)/.docker/config.json")
            },
            Place("podman's and helm's files") { secret, patient in
                for path in ["containers/auth.json", "helm/registry.json"] {
                    let config = Patient.config(["registry.example.com": ("u", secret), "o.example.com": (secret, "p")])
                    patient.write(config, to: "\(Patient.job)/\(path)")
                }
            },
            Place("DOCKER_AUTH_CONFIG") { secret, patient in
                patient.environment["DOCKER_AUTH_CONFIG"] = Patient.config(["registry.example.com": ("u", secret)])
            },
            Place("a DOCKER_AUTH_CONFIG that is one") { $1.environment["DOCKER_AUTH_CONFIG"] = $0 },
            Place("the job's variables") { secret, patient in
                for name in [
                    "CI_REGISTRY_PASSWORD", "CI_JOB_TOKEN", "GITHUB_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                    "ACTIONS_ID_TOKEN_REQUEST_URL", "BERTH_REGISTRY_PASSWORD", "OIDC_TOKEN", "BERTH_ID_TOKEN",
                ] { patient.environment[name] = secret }
                patient.writeSources([Patient.request([.tokenVariable: "OIDC_TOKEN"])])
            },
            Place("variables that are options") { secret, patient in
                for name in ["BERTH_VERIFY", "BERTH_LOGIN", "BERTH_OIDC", "BERTH_REGISTRY", "BERTH_CI"] {
                    patient.environment[name] = secret
                }
            },
            Place("variables that should hold paths") { secret, patient in
                for name in ["DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "HELM_REGISTRY_CONFIG", "XDG_RUNTIME_DIR", "HOME"] {
                    patient.environment[name] = Patient.config(["registry.example.com": ("u", secret)])
                }
                patient.environment["BERTH_JOB"] = "https://user:\(secret)@registry.example.com"
            },
            Place("the variable of a token's file") { secret, patient in
                patient.environment["BERTH_ID_TOKEN_FILE"] = secret
                patient.environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = nil
            },
            Place("a proxy") { secret, patient in
                let user = PercentEncoding.component(secret)
                patient.environment["HTTPS_PROXY"] = "http://u:\(user)@proxy.example.com"
                patient.environment["ALL_PROXY"] = secret
                patient.environment["NO_PROXY"] = secret
            },
            Place("a token's file") { secret, patient in
                patient.write(secret, to: "/var/token")
                patient.writeSources([Patient.request([.tokenFile: "/var/token"])])
            },
            Place("what was minted") { secret, patient in
                patient.minted = .init(username: secret, secret: Secret(secret), end: Patient.now + 60)
                patient.writeSources([Patient.request()])
            },
            Place("files of berth's that were changed") { secret, patient in
                for name in ["lease.json", "sources.json", "docker/berth-store.json"] {
                    patient.write("{\"\(secret)", to: "\(Patient.job)/\(name)")
                }
            },
        ]

        private static func quoted(_ text: String) -> String {
            JSONValue.string(text).text(indented: false).split(separator: "\n").joined()
        }
    }

    @Test("shows none, in any form, wherever it is", arguments: Place.all)
    func hidden(place: Place) {
        var random = SeededGenerator(seed: 6)
        for length in stride(from: 8, through: 40, by: 4) {
            let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=-_.~%$ äß€")
            let secret = "Zq" + String((0..<length).compactMap { _ in alphabet.randomElement(using: &random) })
            for var patient in [Patient.gitLab, .gitHub] {
                place.put(secret, &patient)
                let shown = Self.everything(patient.report())
                for form in Self.forms(of: secret) where shown.contains(form) {
                    Issue.record("\(form) is shown: \(shown)")
                    return
                }
            }
        }
    }

    /// All that is said, decoded: an escape in JSON hides nothing.
    private static func everything(_ report: HealthReport) -> String {
        let findings = report.findings.map { "\($0.text)\n\($0.hint ?? "")\n" }
        let rows = report.rows.map { $0.joined(separator: "\n") }
        return findings.joined() + rows.joined() + (report.advice ?? "") + report.json.text(indented: false)
    }

    private static func forms(of secret: String) -> [String] {
        let bytes = Array(secret.utf8)
        // With another text before it, Base64 of the same differs by where that ends.
        let shifted = (0..<3).map { Base64.encode(Array(repeating: 0x61, count: $0) + bytes) }
            .map { String($0.dropFirst(4).dropLast(4)) }.filter { $0.count >= 8 }
        return [
            secret, Base64.encode(bytes), Base64.encodeURL(bytes), PercentEncoding.component(secret),
            Patient.auth("user", secret), String(secret.prefix(8)),
        ] + shifted
    }
}
