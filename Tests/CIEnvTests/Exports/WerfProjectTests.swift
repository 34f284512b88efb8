internal import CIEnv
internal import Testing

/// The project's name in a `werf.yaml`.
@Suite struct WerfProjectTests {
    @Test(arguments: [
        "project: shop", "project: shop\n", "configVersion: 1\nproject: shop\n---\nimage: app\n", "project:   shop  ",
        "project: \"shop\"", "project: 'shop'", "project: shop # the name", "configVersion: 1\r\nproject: shop\r\n",
        "# project: other\nproject: shop", "build:\n  project: inner\nproject: shop", "project:\tshop",
        "project: shop\nproject: second",
    ])
    func `it is what stands behind project at the start of a line`(text: String) {
        #expect(WerfProject.name(inWerfYAML: Array(text.utf8)) == "shop")
    }

    @Test(arguments: [
        "", "configVersion: 1\n", "project:", "project: # none", "  project: inner", "# project: shop", "projects: shop",
        // A template whose outcome is not known here.
        "project: {{ env \"NAME\" }}", "project: {{ $name }}-shop",
        // What werf takes for no name.
        "project: Shop", "project: shop/app", "project: ../shop", "project: sh op", "project:shop", "project: 'shop", "project: 'shop\"", "project: \"", "project: -shop", "project: é",
        "project: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeef",
    ])
    func `where it is not plainly said there is none`(text: String) {
        #expect(WerfProject.name(inWerfYAML: Array(text.utf8)) == nil)
    }

    @Test func `a file that is no text has none`() {
        #expect(WerfProject.name(inWerfYAML: [0xFF, 0xFE, 0x00, 0x0A]) == nil)
        #expect(WerfProject.name(inWerfYAML: Array("project: sh".utf8) + [0xFF]) == nil)
    }
}
