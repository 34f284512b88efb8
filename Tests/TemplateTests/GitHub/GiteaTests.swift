internal import TestSupport
internal import Testing

/// Gitea and Forgejo run their jobs by `act`'s own code, with GitHub's variables and a few of their own.
@Suite("ci-templates/gitea", .timeLimit(.minutes(5)))
struct GiteaTests {
    static let template = Template(name: "gitea/push.yml")

    @Test(
        "pushes to the instance's own registry, and leaves nothing behind",
        arguments: ["GITEA_ACTIONS", "FORGEJO_ACTIONS"])
    func pushes(mark: String) async throws {
        let registry = try await LoopbackRegistry(users: ["octocat"])
        let release = try await Release()
        let tools = try ScratchDirectory()
        let layout = try await ImageLayout(in: tools.path).path
        // There is no engine here: what stands for docker pushes an image that is there.
        _ = try tools.file(
            "docker",
            """
            #!/bin/sh
            [ "$1" = build ] || exec skopeo --insecure-policy copy --quiet --dest-tls-verify=false \\
                'oci:\(layout):latest' "docker://$2"
            """, mode: 0o755)
        var workflow = try await Workflow(Self.template.stamped(for: release))
        workflow.prefer(programsIn: tools.path)
        workflow.options += ["--env", "\(mark)=true", "--env", "GITHUB_SERVER_URL=http://\(registry.address)"]
        let password = LoopbackRegistry.password(of: "octocat")
        let run = try await workflow.command(secrets: ["PACKAGES_TOKEN": password]).run()

        #expect(run.status == 0, "\(run.log)")
        #expect(!run.log.contains(password))
        let pushed = try registry.requests().filter { $0.method == "PUT" && $0.uri.contains("/manifests/") }
        #expect(pushed.map(\.user) == ["octocat"])
        #expect(pushed.allSatisfy { $0.uri.hasPrefix("/v2/owner/app/manifests/") })
        #expect(run.log.contains("Success - Main Log out"))
    }

    @Test("takes the job's credentials away when the push fails")
    func fails() async throws {
        let release = try await Release()
        let tools = try ScratchDirectory()
        _ = try tools.file("docker", "#!/bin/sh\nexit 3\n", mode: 0o755)
        var workflow = try await Workflow(Self.template.stamped(for: release))
        workflow.prefer(programsIn: tools.path)
        workflow.options += ["--env", "GITEA_ACTIONS=true", "--env", "GITHUB_SERVER_URL=https://gitea.example.com"]
        let run = try await workflow.command(secrets: ["PACKAGES_TOKEN": "secret"]).run()
        #expect(run.status == 1)
        #expect(run.log.contains("exit status 3"))
        #expect(try await workflow.leftBehind() == [])
    }

    @Test("says what has to be set where there is nothing to install from")
    func unset() async throws {
        let workflow = try await Workflow(Files.text(Self.template.path))
        let run = try await workflow.command().run()
        #expect(run.status == 1)
        #expect(run.log.contains("set BERTH_RELEASES and BERTH_SHA256"))
    }

    @Test("GitHub's action logs in there with the token it is given")
    func action() async throws {
        let release = try await Release()
        var workflow = try await Workflow(
            """
            on: push
            jobs:
              push:
                runs-on: ubuntu-latest
                steps:
                  - uses: actions/checkout@v7
                  - uses: ./watch
                  - uses: \(Workflow.action)
                    with:
                      releases: \(release.address)
                      version: \(release.version)
                      sha256: \(release.sha256)
                      registry-token: ${{ secrets.PACKAGES_TOKEN }}
                  - run: |
                      test "$BERTH_CI $BERTH_REPO" = "gitea gitea.example.com/owner/app"
                      test "$(skopeo login --get-login gitea.example.com)" = octocat
            """)
        workflow.options += ["--env", "GITEA_ACTIONS=true", "--env", "GITHUB_SERVER_URL=https://gitea.example.com"]
        let run = try await workflow.command(secrets: ["PACKAGES_TOKEN": "secret-of-octocat"]).run()
        #expect(run.status == 0, "\(run.log)")
        #expect(!run.log.contains("secret-of-octocat"))
        #expect(run.leftBehind == ["nothing"])
    }
}

extension Template {
    /// The text with values in the places that `make dist` stamps.
    fileprivate func stamped(for release: borrowing Release) throws -> String {
        let values = ["releases": release.address, "version": release.version, "sha256": release.sha256]
        return try lines().map { line in
            guard let stamp = line.firstRange(of: " # stamped: "),
                let value = values[String(line[stamp.upperBound...])],
                let start = line.firstRange(of: "\"")
            else { return String(line) }
            return "\(line[..<start.lowerBound])\"\(value)\"\(line[stamp.lowerBound...])"
        }.joined(separator: "\n")
    }
}
