@testable import HTTP
@testable import Registry
@testable import RegistryTestSupport
import Testing

@Suite("Whose a registry is")
struct VendorTableTests {
    /// Hosts and the implementation that is used for them, without anybody being asked.
    static let hosts: [(host: String, vendor: String)] = [
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com", "ecr"),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "ecr"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "ecr"),
        ("123456789012.dkr-ecr.eu-west-1.on.aws", "ecr"), ("123456789012.dkr-ecr-fips.us-east-1.on.aws", "ecr"),
        ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "ecr"),
        ("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "ecr"),
        ("public.ecr.aws", "ecr-public"), ("ecr-public.aws.com", "ecr-public"),
        ("acme.azurecr.io", "acr"), ("acme.azurecr.cn", "acr"), ("acme.azurecr.us", "acr"),
        ("acme-abc123.azurecr.io", "acr"), ("acme.westeurope.geo.azurecr.io", "acr"),
        ("docker.io", "dockerhub"), ("index.docker.io", "dockerhub"), ("registry-1.docker.io", "dockerhub"),
        ("registry.hub.docker.com", "dockerhub"), ("dhi.io", "dockerhub"),
        ("gcr.io", "gcr"), ("eu.gcr.io", "gcr"), ("us.gcr.io", "gcr"), ("asia.gcr.io", "gcr"),
        ("europe-west3-docker.pkg.dev", "gcr"),
        ("ghcr.io", "github"), ("docker.pkg.github.com", "github"), ("containers.acme.ghe.com", "github"),
        ("registry.gitlab.com", "gitlab"), ("demo.goharbor.io", "harbor"), ("acme.jfrog.io", "jfrog"),
        ("acme-docker.jfrog.io", "jfrog"), ("quay.io", "quay"), ("codeberg.org", "gitea"), ("gitea.com", "gitea"),
        ("cr.selcloud.ru", "selectel"), ("registry.digitalocean.com", "digitalocean"),
        ("registry.example.com", "default"), ("localhost:5000", "default"), ("ghcr.io.example.com", "default"),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com.example.com", "default"),
        ("azurecr.io", "default"), ("pkg.dev", "default"), ("quay.io:8443", "default"), ("notquay.io", "default"),
    ]

    @Test("is known by its host", arguments: hosts)
    func known(host: String, vendor: String) throws {
        let finding = Detection.byHost(try Repository("\(host)/group/app"), nil) { _ in nil }
        #expect(finding.implementation == vendor, "\(finding.rule)")
        #expect(!finding.rule.isEmpty)
    }

    /// What registries say at their API's root, and the implementation that is used for them.
    static let answers: [(field: String, value: String, vendor: String)] = [
        ("WWW-Authenticate", #"Bearer realm="https://git.example/jwt/auth",service="container_registry""#, "gitlab"),
        ("Gitlab-Container-Registry-Version", "4.32.0", "gitlab"),
        ("WWW-Authenticate", #"Bearer realm="https://r.example/service/token",service="harbor-registry""#, "harbor"),
        ("X-JFrog-Version", "Artifactory/7.90.1 79001900", "jfrog"),
        ("WWW-Authenticate", #"Basic realm="Artifactory Realm""#, "jfrog"),
        ("Server", "Nexus/3.94.0-01 (COMMUNITY)", "nexus"),
        ("WWW-Authenticate", #"BASIC realm="Sonatype Nexus Repository Manager""#, "nexus"),
        ("WWW-Authenticate", #"Bearer realm="https://r.example/v2/auth",service="r.example""#, "quay"),
        ("WWW-Authenticate", #"Bearer realm="https://r.example/v2/token",service="container_registry""#, "gitea"),
        ("WWW-Authenticate", #"Bearer realm="https://r.example/oauth2/token",service="r.example""#, "acr"),
        ("WWW-Authenticate", #"Basic realm="https://r.example/",service="ecr.amazonaws.com""#, "ecr"),
        ("WWW-Authenticate", #"Bearer realm="https://auth.example/token",service="r.example""#, "default"),
        ("Docker-Distribution-Api-Version", "registry/2.0", "default"),
    ]

    @Test("is known by what it says, where its host tells nothing", arguments: answers)
    func told(field: String, value: String, vendor: String) throws {
        let root = try #require(URLParts("https://r.example/v2/"))
        let challenges = field == "WWW-Authenticate" ? AuthChallenge.parse([value]) : []
        let answer = RegistryPing.Answer(
            root: root, challenges: challenges, isOpen: challenges.isEmpty, headers: HTTPFields([.init(field, value)]))
        let settings = RegistrySettings(client: ScriptedClient([])) { _ in nil }
        #expect(VendorTable.find(try RegistryHost("r.example"), settings, answer).vendor.name == vendor)
    }

    @Test("is what the user says, but werf's variables do not count for a host that is known")
    func named() throws {
        func implementation(_ host: String, _ yields: Bool) throws -> String {
            let named = NamedImplementation("harbor", source: "the test", yieldsToHost: yields)
            return Detection.byHost(try Repository("\(host)/group/app"), named) { _ in nil }.implementation
        }
        #expect(try implementation("ghcr.io", false) == "harbor")
        #expect(try implementation("ghcr.io", true) == "github")
        #expect(try implementation("r.example", true) == "harbor")
        #expect(NamedImplementation("cvs", source: "the test") == nil)
    }

    @Test("is one of those that the suite of all vendors tests")
    func complete() {
        #expect(Set(fakeVendors.map { $0.name }) == Set(VendorTable.names))
        #expect(
            Set(VendorTable.names) == [
                "ecr", "ecr-public", "acr", "dockerhub", "gcr", "github", "gitlab", "harbor", "jfrog", "quay", "nexus",
                "gitea", "selectel", "digitalocean", "default",
            ])
    }
}
