internal import Glibc

/// What is done with paths by their text or their links.
public enum FilePath {
    /// The path with every link in it resolved.
    ///
    /// - Throws: `SystemError`, with `notFound` for a link that leads nowhere, `link` for one that leads to itself.
    public static func resolved(_ path: String) throws(SystemError) -> String {
        guard let found = unsafe realpath(path, nil) else { throw .last("resolve", path) }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }

    /// What the link at `path` leads to, as it is written there.
    public static func linkTarget(_ path: String) throws(SystemError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(path, &buffer, buffer.count)
        guard count >= 0 else { throw .last("resolve", path) }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether there is something at `path`, at the end of links.
    public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Whether there is a directory at `path` in which this process may make files.
    public static func isWritableDirectory(_ path: String) -> Bool {
        unsafe access("\(path)/.", W_OK | X_OK) == 0
    }

    /// Whether this process may execute the file at `path`.
    public static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    /// `path` where it is absolute, else below `directory`.
    public static func absolute(_ path: String, below directory: String) -> String {
        path.utf8.first == slash ? path : "\(directory)/\(path)"
    }

    /// The part before the last slash: `/` for `/a`, `.` for `a`.
    public static func parent(_ path: String) -> String {
        guard let end = path.utf8.lastIndex(of: slash) else { return "." }
        return end == path.startIndex ? "/" : String(path[..<end])
    }

    /// The part behind the last slash.
    public static func lastComponent(_ path: String) -> String {
        path.utf8.lastIndex(of: slash).map { String(path[path.utf8.index(after: $0)...]) } ?? path
    }

    /// A byte, as the system sees it: Swift takes a slash with an accent behind it for another character.
    private static let slash = UInt8(ascii: "/")
}
