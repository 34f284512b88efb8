@testable internal import Cleanup
internal import Testing

@Suite("The cleanup of a werf.yaml")
struct WerfConfigTests {
    private func policy(_ text: String) throws -> WerfPolicy {
        try WerfConfig.policy(Array(text.utf8), file: "werf.yaml")
    }

    static let whole = """
        {{- $name := "app" }}
        {{ if .x }}
        {{ end }}
        project: {{ $name }}
        configVersion: 1
        cleanup:
          keepImagesBuiltWithinLastNHours: 5
          keepPolicies:
          # all
          - references: {tag: "/.*/", limit: {last: 3, in: 1h30m, operator: Or}}
          - references:
              branch: main*
            imagesPerReference:
              last: -1

        ---
        image: {{ .Values.image }}
        {{ range .Values.list }}
        {{ end }}
        """

    @Test("Policies are read as they stand there")
    func policies() throws {
        let policy = try policy(Self.whole)
        #expect(policy.builtWithin == 5 * 3600)
        let limit = WerfKeepPolicy.Limit(last: 3, within: 5400, isEither: true)
        let tags = WerfKeepPolicy(isAboutTags: true, name: try TextPattern("/^.*$/"), references: limit)
        let main = WerfKeepPolicy(isAboutTags: false, name: try TextPattern("main\\*"), images: .init())
        #expect(policy.keep == [tags, main])
    }

    @Test(
        "A file that says nothing means werf's standard",
        arguments: ["", "project: app\n", "cleanup:\n", "cleanup: {}\n"])
    func nothing(text: String) throws {
        #expect(try policy(text) == WerfPolicy.standard())
    }

    @Test(
        "Kubernetes counts unless the file switches that off",
        arguments: [
            ("", true), ("cleanup: {keepImagesBuiltWithinLastNHours: 1}\n", true),
            ("cleanup: {disableKubernetesBasedPolicy: false}\n", true),
            ("cleanup: {disableKubernetesBasedPolicy: true}\n", false),
        ])
    func kubernetes(text: String, isUsed: Bool) throws {
        #expect(try policy(text).usesKubernetes == isUsed)
    }

    @Test("A list of tags that stay has one on each line")
    func keepList() throws {
        let text = "v1\n\n  v2\r\nr.example:5000/app:v3\n"
        #expect(try WerfPolicy.keepList(Array(text.utf8), file: "list") == ["v1", "v2", "v3"])
        #expect(try WerfPolicy.keepList([], file: "list") == [])
    }

    @Test(
        "A line of the list that is no tag is an error",
        arguments: ["v1 v2", "r.example:5000/app", "a@b", "é", "v1,v2"])
    func badKeepList(line: String) {
        let error = #expect(throws: CleanupError.self) {
            try WerfPolicy.keepList(Array("v1\n\(line)\n".utf8), file: "list")
        }
        #expect(error?.kind == .badData)
        #expect(error?.text.hasPrefix("list:2: ") == true)
    }

    @Test(
        "Hours are a number",
        arguments: [("0", 0), ("6", 21_600), ("1000001", nil), ("-1", nil), ("2h", nil), ("", nil)])
    func hours(text: String, seconds: Int?) {
        #expect((try? WerfPolicy.builtWithin(hours: text)) == seconds)
    }

    static let bad = [
        "cleanup:\n  keepPolicies: {{ .x }}\n", "cleanup:\n{{ if x }}\n  disable: true\n",
        "{{ include \"cleanup\" . }}\n",
        "cleanup:\n  unknown: 1\n",
        "{{ if x }}\ncleanup:\n  keepImagesBuiltWithinLastNHours: 1\n{{ end }}\n", "cleanup:\n  keepPolicies: 1\n",
        "cleanup:\n  keepPolicies: [{}]\n",
        "cleanup:\n  keepPolicies: [{references: {tag: a, branch: b}}]\n", "cleanup: [\n", "cleanup:\ncleanup:\n",
        "cleanup:\n  keepPolicies: [{references: {tag: a, limit: {in: 5}}}]\n",
        "cleanup:\n  keepPolicies: [{references: {tag: \"/(/\"}}]\n", "cleanup:\n  disable: maybe\n",
    ]

    @Test("What berth cannot read for sure is an error", arguments: bad)
    func unreadable(text: String) {
        let error = #expect(throws: CleanupError.self) { try policy(text) }
        #expect(error?.kind == .badData)
        #expect(error?.text.contains("werf.yaml") == true)
    }

    @Test("A cleanup that is switched off is not done", arguments: ["disable", "disableGitHistoryBasedPolicy"])
    func off(key: String) {
        let error = #expect(throws: CleanupError.self) { try policy("cleanup:\n  \(key): true\n") }
        #expect(error?.kind == .badConfiguration)
    }
}
