@testable internal import CIEnv
internal import TestSupport
internal import Testing

/// The job's own registries.conf: when there is one, and what stands in it.
@Suite struct PodmanOverrideTests {
    private static let added = #"credential-helpers = ["berth", "containers-auth.json"]"# + "\n"

    /// A registries.conf, and the job's.
    static let texts: [(String, String)] = [
        ("", added),
        ("# nothing\n", added + "# nothing\n"),
        (#"unqualified-search-registries = ["docker.io"]"#, added + #"unqualified-search-registries = ["docker.io"]"#),
        // One's own helpers go on working, after berth's.
        (#"credential-helpers = ["secretservice"]"#, #"credential-helpers = ["berth", "secretservice"]"#),
        (
            #"a = 1"# + "\n" + #"credential-helpers = ["x", "containers-auth.json"]"# + "\nb = 2\n",
            #"a = 1"# + "\n" + #"credential-helpers = ["berth", "x", "containers-auth.json"]"# + "\nb = 2\n"
        ),
        (" \tcredential-helpers=[\"x\"]\n", " \tcredential-helpers=[\"berth\", \"x\"]\n"),
        (#""credential-helpers" = ["x"]"#, #""credential-helpers" = ["berth", "x"]"#),
        (#"'credential-helpers' = ["x"]"#, #"'credential-helpers' = ["berth", "x"]"#),
        ("credential-helpers = [ # mine\n  \"x\",\n]\n", "credential-helpers = [\"berth\",  # mine\n  \"x\",\n]\n"),
        // An empty list means the files, as no list does.
        ("credential-helpers = []\n", "credential-helpers = [\"berth\", \"containers-auth.json\"]\n"),
        (
            "credential-helpers = [ # none\n\t]\n",
            "credential-helpers = [\"berth\", \"containers-auth.json\" # none\n\t]\n"
        ),
        // A list in a table, or in a comment, is not the one that is meant.
        ("[other]\ncredential-helpers = [\"x\"]\n", added + "[other]\ncredential-helpers = [\"x\"]\n"),
        ("[[registry]]\nlocation = \"a\"\n", added + "[[registry]]\nlocation = \"a\"\n"),
        ("#credential-helpers = [\"x\"]\n", added + "#credential-helpers = [\"x\"]\n"),
        ("  # credential-helpers = [\"x\"]\n", added + "  # credential-helpers = [\"x\"]\n"),
        ("credential-helpers-old = [\"x\"]\n", added + "credential-helpers-old = [\"x\"]\n"),
        ("a = \"credential-helpers = [\"\n", added + "a = \"credential-helpers = [\"\n"),
    ]

    @Test(arguments: texts)
    func `berth's helper comes before all others, and the rest stays`(original: String, expected: String) {
        #expect(String(decoding: PodmanOverride.withHelper(Array(original.utf8)), as: UTF8.self) == expected)
    }

    @Test func `bytes that are no text are handed on`() {
        let original: [UInt8] = [0xff, 0x00, 0x0a, 0x0a]
        #expect(PodmanOverride.withHelper(original) == Array(Self.added.utf8) + original)
    }

    // MARK: - When

    /// No user has this number, so nobody has files below /run/containers for it.
    private static let nobody: UInt32 = 3_999_999_999

    @Test func `without a file that all jobs share podman needs nothing`() throws {
        let home = try ScratchDirectory()
        _ = try home.file("registries.conf", "")
        let environment = Environment(["CONTAINERS_REGISTRIES_CONF": "\(home.path)/registries.conf"])
        let text = try PodmanOverride.registriesConf(environment: environment, home: home.path, user: Self.nobody)
        #expect(text == nil)
    }

    /// Where the shared file lies, by the variable that leads there; none for HOME.
    @Test(arguments: ["XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", nil])
    func `each file that all jobs share is found`(variable: String?) throws {
        let home = try ScratchDirectory()
        let folder = variable == nil ? try home.directory(".config") : try home.directory("xdg")
        try Files.makeDirectory("\(folder)/containers")
        try Files.write("{}", to: "\(folder)/containers/auth.json")
        let none = try home.file("none", "")
        var variables = ["CONTAINERS_REGISTRIES_CONF": none]
        if let variable { variables[variable] = folder }
        let text = try PodmanOverride.registriesConf(
            environment: Environment(variables), home: home.path, user: Self.nobody)
        #expect(text == Array(Self.added.utf8))
    }

    @Test func `with XDG_CONFIG_HOME the file below HOME is not in the way`() throws {
        let home = try ScratchDirectory()
        try Files.makeDirectory(try home.directory(".config") + "/containers")
        try Files.write("{}", to: "\(home.path)/.config/containers/auth.json")
        let environment = Environment(["XDG_CONFIG_HOME": "\(home.path)/elsewhere"])
        let text = try PodmanOverride.registriesConf(environment: environment, home: home.path, user: Self.nobody)
        #expect(text == nil)
    }

    // MARK: - Which is in force

    /// A home with a shared auth.json, and a registries.conf below it.
    private func sharedHome() throws -> ScratchDirectory {
        let home = try ScratchDirectory()
        try Files.makeDirectory(try home.directory(".config") + "/containers")
        try Files.write("{}", to: "\(home.path)/.config/containers/auth.json")
        try Files.write("home = 1\n", to: "\(home.path)/.config/containers/registries.conf")
        return home
    }

    @Test func `the registries_conf that a variable names is the one to copy`() throws {
        let home = try sharedHome()
        let named = try home.file("mine.conf", "named = 1\n")
        let text = try PodmanOverride.registriesConf(
            environment: Environment(["CONTAINERS_REGISTRIES_CONF": named]), home: home.path, user: Self.nobody)
        #expect(text == Array((Self.added + "named = 1\n").utf8))
    }

    @Test func `else the one below HOME is, even where XDG_CONFIG_HOME leads elsewhere`() throws {
        let home = try sharedHome()
        let xdg = try home.directory("xdg")
        try Files.makeDirectory("\(xdg)/containers")
        try Files.write("{}", to: "\(xdg)/containers/auth.json")
        try Files.write("xdg = 1\n", to: "\(xdg)/containers/registries.conf")
        let text = try PodmanOverride.registriesConf(
            environment: Environment(["XDG_CONFIG_HOME": xdg]), home: home.path, user: Self.nobody)
        #expect(text == Array((Self.added + "home = 1\n").utf8))
    }

    @Test(arguments: ["a directory", "too long"])
    func `a registries_conf that cannot be read is an error`(kind: String) throws {
        let home = try sharedHome()
        let path =
            kind == "a directory"
            ? try home.directory("mine.conf") : try home.file("mine.conf", String(repeating: "#", count: (1 << 20) + 1))
        let error = #expect(throws: CIEnvError.self) {
            try PodmanOverride.registriesConf(
                environment: Environment(["CONTAINERS_REGISTRIES_CONF": path]), home: home.path, user: Self.nobody)
        }
        #expect(error?.text.contains(path) == true)
    }
}
