internal import Glibc
internal import TestSupport

/// What can be changed for the calling thread alone, by functions that the C library declares for GNU sources only.
///
/// To be used on a thread that ends with the test, see `onThread`.
enum ThisThread {
    private typealias OneNumber = @convention(c) (Int32) -> Int32
    private typealias Mount =
        @convention(c) (
            UnsafePointer<CChar>?, UnsafePointer<CChar>, UnsafePointer<CChar>?, UInt, UnsafePointer<CChar>?
        ) -> Int32

    /// Files are reached with the rights of `user`, and none of root's.
    static func reachFiles(as user: UInt32) throws {
        _ = try function("setfsuid", OneNumber.self)(Int32(user))
    }

    /// What the thread makes has the mode bits in `mask` taken away.
    static func setUmask(_ mask: UInt32) throws {
        try unshare(cloneFS)
        umask(mask)
    }

    /// Mounts an empty file system of `size` bytes at `path`, which only this thread sees.
    static func mountSmallDisk(at path: String, size: Int) throws {
        try unshare(cloneFS | cloneNewNS)
        let mount = try unsafe function("mount", Mount.self)
        guard unsafe mount(nil, "/", nil, recursive | isPrivate, nil) == 0,
            unsafe mount("tmpfs", path, "tmpfs", 0, "size=\(size)") == 0
        else { throw TestFailure("cannot mount at \(path): error \(errno)") }
    }

    private static let (cloneFS, cloneNewNS): (Int32, Int32) = (0x200, 0x20000)
    private static let (recursive, isPrivate): (UInt, UInt) = (0x4000, 0x40000)

    private static func unshare(_ flags: Int32) throws {
        guard try function("unshare", OneNumber.self)(flags) == 0 else {
            throw TestFailure("cannot unshare: error \(errno)")
        }
    }

    private static func function<Function>(_ name: String, _: Function.Type) throws -> Function {
        guard let symbol = unsafe dlsym(nil, name) else { throw TestFailure("the C library has no \(name)") }
        return unsafe unsafeBitCast(symbol, to: Function.self)
    }
}
