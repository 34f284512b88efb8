internal import POSIX
internal import Testing

@Suite("Paths")
struct FilePathTests {
    @Test("the parent and the last component of a path", arguments: [
        ("/a", "/", "a"), ("/a/b", "/a", "b"), ("a", ".", "a"), ("a/b", "a", "b"), ("/", "/", ""),
    ])
    func parts(path: String, parent: String, last: String) {
        #expect(FilePath.parent(path) == parent)
        #expect(FilePath.lastComponent(path) == last)
    }

    @Test("a path is absolute, or below a directory")
    func absolute() {
        #expect(FilePath.absolute("/a", below: "/b") == "/a")
        #expect(FilePath.absolute("a", below: "/b") == "/b/a")
    }
}
