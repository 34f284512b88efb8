internal import POSIX

/// What a job directory holds, before it is written: a value that can be looked at, compared and tested.
public indirect enum JobTree: Equatable, Sendable {
    /// A file with this content.
    case file([UInt8])
    /// A symbolic link that leads there.
    case link(String)
    /// A directory of named things.
    case directory([Entry])

    /// A thing in a directory.
    public struct Entry: Equatable, Sendable {
        /// Its name.
        public let name: String
        /// What it is.
        public let node: JobTree

        /// A thing called `name`.
        public init(_ name: String, _ node: JobTree) {
            self.name = name
            self.node = node
        }
    }
}

extension Directory {
    /// Makes `entries` in the directory.
    borrowing func write(_ entries: [JobTree.Entry]) throws(SystemError) {
        for entry in entries {
            switch entry.node {
            case .file(let content): try create(entry.name, content)
            case .link(let target): try makeLink(entry.name, to: target)
            case .directory(let inner): try makeSubdirectory(entry.name).write(inner)
            }
        }
    }
}
