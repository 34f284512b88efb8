import Glibc

/// The built program, as the tests run it.
public enum Berth {
    /// The path: `BERTH_BINARY`, else what `make build` left, else what `swift build` left.
    public static let path: String = {
        if let named = unsafe getenv("BERTH_BINARY") { return unsafe String(cString: named) }
        let built = ["\(packageRoot)/build/berth", "\(packageRoot)/.build/debug/berth"]
        return built.first { Files.exists($0) } ?? built[1]
    }()

    /// The folder that the program is in.
    public static let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])

    /// A search path that finds berth first.
    public static let searchPath = "\(folder):\(Command.searchPath)"

    /// Whether the tests may do what only root can.
    public static let isRoot = geteuid() == 0

    /// The user id that the tests run as, part of the root directory's name.
    public static let user: UInt32 = geteuid()

    /// The package, found from this file: Tests/TestSupport/Berth.swift.
    public static let packageRoot = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
}
