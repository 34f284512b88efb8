internal import Testing
internal import YAML

/// The tests of documents find what is wrong with one.
@Suite("The tests of documents") struct HarnessTests {
    @Test(
        "read calls as shells do",
        arguments: [
            ("berth tags ghcr.io/owner/app --details   # digest, age", ["berth tags ghcr.io/owner/app --details"]),
            (#"eval "$(berth ci-env || echo exit 1)""#, ["berth ci-env"]),
            ("eval `berth ci-env --shell csh`", ["berth ci-env --shell csh"]),
            ("berth cleanup \\\n  app --delete 'mr-*'; berth gc", ["berth cleanup app --delete mr-*", "berth gc"]),
            ("aws ecr get-login-password | berth login HOST -u AWS 2>&1 >log", ["berth login HOST -u AWS"]),
            ("apt-get install berth curl", []),
            ("# how berth tags", []),
        ])
    func calls(text: String, expected: [String]) {
        #expect(CommandLines.all(in: text).map { $0.joined(separator: " ") } == expected)
    }

    @Test(
        "find what no command takes",
        arguments: [
            ("berth tags REPO --details", nil), ("berth COMMAND --help", nil),
            ("berth exec -- docker push --all-tags", nil),
            ("berth delete REF…", nil), ("berth detect --repo-…", nil),
            ("berth login HOST -u USER --password-stdin", nil),
            ("berth list REPO", "there is no command list"),
            ("berth tags REPO --detail", "tags has no option --detail"),
            ("berth tags ONE TWO", "tags takes no more than 1 arguments"),
            ("berth --colour", "berth has no option --colour"),
        ])
    func problems(call: String, expected: String?) async throws {
        let words = call.split(separator: " ").map(String.init)
        #expect(try await ProgramHelp.ofProgram.problem(in: words) == expected)
    }

    @Test(
        "compare transcripts by their form",
        arguments: [
            (["ok  12 tags", "end"], ["ok 7 tags", "end"], true), (["ok", "a", "b", "end"], ["ok", "…", "end"], true),
            (["deleted app@sha256:0123456789abcdef"], ["deleted app@sha256:…"], true), (["ok"], ["FAIL"], false),
            (["until 2026-05-28T21:26:40Z (in 59m)"], ["until 2027-01-01T00:00:00Z (in 1h)"], true),
            (["job: /mnt/tmp/berth-0/gitlab-1-x2"], ["job: /tmp/berth-1000/gitlab-5-y"], true),
            (["ok", "more"], ["ok"], false), (["ok"], ["ok", "more"], false),
        ])
    func transcripts(lines: [String], expected: [String], isSame: Bool) {
        #expect(Transcript.matches(lines, expected) == isSame)
    }

    @Test("run a pipeline's scripts as its CI system does")
    func pipelines() throws {
        let gitlab = try Pipeline(
            YAMLNode(
                ofBlock: """
                    default: {before_script: [one]}
                    push: {after_script: [three], script: [two, again]}
                    other: {extends: .berth, script: four}
                    """))
        #expect(gitlab.jobs.flatMap(\.self) == ["one\ntwo\nagain", "three", "\(Pipeline.template)\nfour"])
        let github = try Pipeline(
            YAMLNode(
                ofBlock: """
                    steps:
                      - run: berth ci-env --shell github
                        env: {GITHUB_TOKEN: x}
                      - run: docker push app
                    """))
        #expect(
            github.jobs.flatMap(\.self) == [
                "export GITHUB_TOKEN=github-token\nberth ci-env --shell github", "docker push app",
            ])
        #expect(github.isGitHub && !gitlab.isGitHub)
    }

    @Test("take documents apart")
    func markdown() {
        let document = Markdown(
            """
            # A `name`, and more

            See [there](other.md#part "title") and ``a `tick` ``.

            | `a \\| b` |

            <!-- given: true -->
            ```sh
            one
            ```

            - item

                continued

            text

                indented

            # A name and more
            """)
        #expect(document.anchors == ["a-name-and-more", "a-name-and-more-1"])
        #expect(document.links.map(\.text) == ["other.md#part"])
        #expect(document.spans.map(\.text) == ["name", "a `tick`", "a | b"])
        #expect(document.blocks.map(\.text) == ["one\n", "indented\n"])
        #expect(document.blocks.map(\.line) == [9, 18])
        #expect(document.blocks.map(\.notes) == [["given: true"], []])
    }
}
