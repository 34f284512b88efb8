@testable internal import POSIX
internal import Testing

@Suite("The user database")
struct UserDatabaseTests {
    private static let text = """
        root:x:0:0:root:/root:/bin/sh
        broken line
        ten:x:10:10::/home/ten:/bin/sh
        homeless:x:11:11:::/bin/sh
        first:x:12:12::/first:/bin/sh
        second:x:12:12::/second:/bin/sh
        """

    @Test(
        "Says where a user's home is, if it knows one",
        arguments: [(0, "/root"), (10, "/home/ten"), (1, nil), (11, nil), (12, "/first"), (65532, nil)])
    func home(user: UInt32, home: String?) {
        #expect(CurrentProcess.home(of: user, in: Array(Self.text.utf8)) == home)
    }

    @Test("That of this machine has root's")
    func thisMachine() {
        guard CurrentProcess.user == 0 else { return }
        #expect(CurrentProcess.homeInUserDatabase == "/root")
    }
}
