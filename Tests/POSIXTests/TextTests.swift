internal import Glibc
internal import POSIX
internal import TestSupport
internal import Testing

@Suite("A random text")
struct RandomTextTests {
    @Test("has the length that was asked for, of letters and digits that every file system takes")
    func alphabet() {
        var seen: Set<UInt8> = []
        for length in 0...200 {
            let text = RandomText.make(length: length)
            #expect(text.utf8.count == length)
            seen.formUnion(text.utf8)
        }
        // 20,100 characters: one of the 32 is missing by chance once in 10²⁷⁵ runs.
        #expect(seen == Set("abcdefghijklmnopqrstuvwxyz234567".utf8))
    }

    @Test("is another one each time")
    func unique() {
        #expect(Set((0..<10_000).map { _ in RandomText.make(length: 20) }).count == 10_000)
    }
}

@Suite("A path")
struct FilePathTests {
    static let parts: [(path: String, parent: String, last: String)] = [
        ("/a", "/", "a"), ("a", ".", "a"), ("/a/b", "/a", "b"), ("a/b/c", "a/b", "c"), ("", ".", ""),
        ("a/\u{301}b", "a", "\u{301}b"), ("/a/b/", "/a/b", ""),
    ]

    @Test("has a parent and a last component", arguments: parts)
    func taking(path: String, parent: String, last: String) {
        #expect(FilePath.parent(path) == parent)
        #expect(FilePath.lastComponent(path) == last)
    }

    @Test(
        "is made absolute",
        arguments: [("/a", "/a"), ("a", "/d/a"), ("../a", "/d/../a"), ("/\u{301}a", "/\u{301}a")])
    func absolute(path: String, expected: String) {
        #expect(FilePath.absolute(path, below: "/d") == expected)
    }

    @Test("is resolved through links, unless they lead nowhere or to themselves")
    func resolving() throws {
        let scratch = try ScratchDirectory()
        let root = try FilePath.resolved(scratch.path)
        _ = try scratch.file("file", "")
        for (name, target) in [("one", "file"), ("two", "one"), ("dangling", "nowhere"), ("loop", "loop")] {
            try Files.link("\(root)/\(name)", to: target)
        }
        #expect(try FilePath.resolved("\(root)/two") == "\(root)/file")
        #expect(try FilePath.linkTarget("\(root)/two") == "one")
        #expect(failure { () throws(SystemError) in _ = try FilePath.resolved("\(root)/dangling") }?.code == .notFound)
        #expect(failure { () throws(SystemError) in _ = try FilePath.resolved("\(root)/loop") }?.code == .link)
        #expect(failure { () throws(SystemError) in _ = try FilePath.linkTarget("\(root)/file") }?.code == .invalid)
        #expect(FilePath.exists("\(root)/two"))
        #expect(!FilePath.exists("\(root)/dangling"))
    }

    @Test("is one for new files only where it is a directory")
    func writable() throws {
        let scratch = try ScratchDirectory()
        #expect(FilePath.isWritableDirectory(scratch.path))
        #expect(!FilePath.isWritableDirectory(try scratch.file("file", "", mode: 0o700)))
        #expect(!FilePath.isWritableDirectory("\(scratch.path)/nothing"))
    }

    @Test("is executable where its mode says so")
    func executable() throws {
        let scratch = try ScratchDirectory()
        #expect(FilePath.isExecutable(try scratch.file("yes", "", mode: 0o700)))
        #expect(!FilePath.isExecutable(try scratch.file("no", "", mode: 0o600)))
    }
}

@Suite("A failed system call")
struct SystemErrorTests {
    @Test("is told in one line, with what was attempted on what, and in the system's words")
    func text() {
        #expect(SystemError(.notFound, "open", "/x/y").description == "cannot open /x/y: No such file or directory")
        let error = failure { () throws(SystemError) in _ = try Directory(path: "/nowhere/at/all") }
        #expect(error?.description == "cannot open /nowhere/at/all: No such file or directory")
    }

    static let codes: [(SystemError.Code, Int32)] = [
        (.notFound, ENOENT), (.notDirectory, ENOTDIR), (.isDirectory, EISDIR), (.exists, EEXIST), (.link, ELOOP),
        (.denied, EACCES), (.notPermitted, EPERM), (.readOnly, EROFS), (.noSpace, ENOSPC), (.tooLarge, EFBIG),
        (.notEmpty, ENOTEMPTY), (.timedOut, ETIMEDOUT), (.wouldBlock, EAGAIN), (.brokenPipe, EPIPE), (.invalid, EINVAL),
    ]

    @Test("has the system's number", arguments: codes)
    func number(code: SystemError.Code, number: Int32) {
        #expect(code.rawValue == number)
    }
}
