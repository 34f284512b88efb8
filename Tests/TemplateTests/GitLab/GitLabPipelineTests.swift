internal import JSON
internal import TestSupport
internal import Testing

/// GitLab's template, in pipelines that two engines run.
@Suite("The GitLab template in a pipeline")
struct GitLabPipelineTests {
    @Test(
        "two jobs at a time push as whom each is logged in, from one HOME, and leave nothing behind",
        arguments: GitLabEngine.allCases)
    func twoJobs(engine: GitLabEngine) async throws {
        let registry = try await LoopbackRegistry(users: ["alice", "bob"])
        let release = try await Release()
        let runner = try GitLabMachine(registry: registry.address)
        let image = try await ImageLayout(in: runner.machine.scratch.path)
        let meeting = try runner.machine.scratch.directory("meeting")
        try await Command("mkfifo", ["\(meeting)/alice", "\(meeting)/bob"]).succeed()
        let pipeline = try await template(
            engine, release,
            job: """
                push:
                  extends: .berth
                  script:
                    - echo >"\(meeting)/$OTHER" & read -r met <"\(meeting)/$CI_REGISTRY_USER"
                    - >-
                      skopeo --insecure-policy copy --quiet --dest-tls-verify=false "oci:\(image.path):latest"
                      "docker://$CI_REGISTRY_IMAGE:1"
                """)
        let before = try Files.read("\(runner.machine.home)/.docker/config.json")
        var jobs: [ChildProcess] = []
        for (user, other) in [("alice", "bob"), ("bob", "alice")] {
            let checkout = try await runner.checkout(user, pipeline)
            var environment = runner.job(user, in: checkout, registry: registry.address, user: user)
            environment["OTHER"] = other
            jobs.append(try engine.command("push", node: nil, in: checkout, environment).start())
        }
        for job in jobs {
            let outcome = try await job.outcome()
            #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        }
        let puts = try registry.requests().filter { $0.method == "PUT" && $0.uri.hasSuffix("/manifests/1") }
        #expect(Set(puts.map { "\($0.user) \($0.uri)" }) == [
            "alice /v2/group/alice/manifests/1", "bob /v2/group/bob/manifests/1",
        ])
        #expect(try registry.users(after: 0) == ["alice", "bob"])
        #expect(try await runner.leftovers().isEmpty)
        #expect(try Files.read("\(runner.machine.home)/.docker/config.json") == before)
        #expect(try release.server.requests() == ["/\(release.archive)", "/\(release.archive)"])
    }
}

/// The pipeline of a project that includes the template, by its inputs where the engine knows them.
private func template(_ engine: GitLabEngine, _ release: borrowing Release, job: String) async throws -> String {
    switch engine {
    case .local:
        """
        include:
          - local: ci/templates/berth.yml
            inputs:
              releases: "\(release.address)"
              version: "\(release.version)"
              sha256: "\(release.sha256)"
        \(job)
        """
    case .emulator:
        try await GitLabTemplate(.berth).expanded([
            "releases": .string(release.address), "version": .string(release.version),
            "sha256": .string(release.sha256),
        ]) + job + "\n"
    }
}
