internal import Glibc

/// Where the certificate authorities come from that servers are checked against.
///
/// libcurl's own default, a bundle file and a directory at once, costs some 40 ms of CPU for each connection: its cache
/// of the parsed bundle is off whenever there is a directory too. So it is always one of the two. Nor does libcurl read
/// `SSL_CERT_FILE` and `SSL_CERT_DIR` (the curl program does), which is how people name a private authority.
public enum TrustStore: Equatable, Sendable {
    /// A file of PEM certificates.
    case file(String)
    /// A directory of certificates linked by their hash, as `c_rehash` makes them. Only those needed are read.
    case directory(String)
    /// Whatever libcurl was built with.
    case builtIn

    /// The system directory that most Linux systems fill with hashed links.
    static let hashedDirectory = "/etc/ssl/certs"

    /// The bundles of Debian and Alpine, Red Hat (two ages), openSUSE, and BSD-like layouts.
    static let bundles = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// The authorities to use: those named, else the system's.
    ///
    /// - Parameters:
    ///   - file: A file that the user named, by an option or `SSL_CERT_FILE`. It is taken unseen, so that a wrong name
    ///     becomes an error and not silently the system's authorities.
    ///   - directory: A directory that the user named by `SSL_CERT_DIR`.
    /// - Returns: What to give libcurl.
    public static func locate(file: String?, directory: String?) -> TrustStore {
        locate(file: file, directory: directory, hasHashedLinks: hasHashedLinks, isReadable: isReadable)
    }

    static func locate(
        file: String?, directory: String?, hasHashedLinks: (String) -> Bool, isReadable: (String) -> Bool
    ) -> TrustStore {
        if let file, !file.isEmpty { return .file(file) }
        if let directory, !directory.isEmpty { return .directory(directory) }
        if hasHashedLinks(hashedDirectory) { return .directory(hashedDirectory) }
        return bundles.first(where: isReadable).map(TrustStore.file) ?? .builtIn
    }

    private static func isReadable(_ path: String) -> Bool {
        unsafe access(path, R_OK) == 0
    }

    /// Whether a name such as `5ed36f99.0` is among the directory's entries.
    private static func hasHashedLinks(_ path: String) -> Bool {
        guard let directory = unsafe opendir(path) else { return false }
        defer { unsafe closedir(directory) }
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 1) { unsafe String(cString: $0) }
            }
            if name.utf8.count == 10, name.hasSuffix(".0"), name.utf8.prefix(8).allSatisfy(\.isHexDigit) { return true }
        }
        return false
    }
}
