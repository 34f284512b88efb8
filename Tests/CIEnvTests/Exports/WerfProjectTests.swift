internal import CIEnv
internal import Testing

/// The project's name in a `werf.yaml`.
@Suite struct WerfProjectTests {
    @Test(arguments: [
        "project: web\nconfigVersion: 1\n", "configVersion: 1\nproject: web", "project:   web  ", "project:\tweb",
        "project: web # the shop", "project: \"web\"", "project: 'web' # the shop",
        "project: web\r\nconfigVersion: 1\r\n",
        "---\n# project: other\nproject: web\n---\nimage: app\n", "meta:\n  project: other\nproject: web\n",
    ])
    func `a plain name is read`(text: String) {
        #expect(WerfProject.name(inWerfYAML: Array(text.utf8)) == "web")
    }

    @Test(arguments: [
        "", "configVersion: 1\n", "project:", "project: ", "project:web", " project: web", "projects: web",
        "# project: web",
        "project: {{ env \"NAME\" }}", "project: a b", "project: 'web", "project: 'web'x", "project: \"web\"#x",
        "project: a/b", "project: ../x", "project: -web", "project: web-", "project: Web", "project: [web]",
        "project: ''", "project: \u{FF57}eb", "project: " + String(repeating: "a", count: 51),
    ])
    func `anything else is no name`(text: String) {
        #expect(WerfProject.name(inWerfYAML: Array(text.utf8)) == nil)
    }

    @Test func `bytes that are no text are no name`() {
        #expect(WerfProject.name(inWerfYAML: Array("project: ".utf8) + [0xFF, 0xFE]) == nil)
    }
}
