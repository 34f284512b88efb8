internal import Glibc

/// A real registry with a user and a password, spoken to over plain HTTP or, behind nginx, over TLS by a private CA.
///
/// One shell script sets everything up and runs until its standard input ends. So the servers end with this value, or
/// with the test process whatever becomes of that.
public struct PlainRegistry: ~Copyable {
    /// The port of the registry itself.
    public let port: Int
    /// The port of nginx.
    public let tlsPort: Int
    /// The certificate authority that signed nginx's certificate for `localhost` and `127.0.0.1`.
    public var caFile: String { "\(directory)/ca.pem" }

    private let directory: String
    private let process: pid_t
    private let lifeline: Int32

    /// A registry that does not run; why, stands on standard error.
    public struct StartFailure: Error {}

    /// Starts a registry that lets `user` in by `password`, and waits until it answers.
    public init(user: String, password: String) throws {
        var template = Array("/tmp/berth-registry-XXXXXX".utf8CString)
        var ends: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard unsafe mkdtemp(&template) != nil, unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw StartFailure()
        }
        let directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let (port, tlsPort) = (freePort(), freePort())
        let words = ["sh", "-c", Self.script, "sh", directory, "\(port)", "\(tlsPort)", user, password]
        let process = spawn(words, standardInput: ends[0])
        close(ends[0])
        guard isListening(port, orEnded: process), isListening(tlsPort, orEnded: process) else {
            close(ends[1])
            throw StartFailure()
        }
        (self.port, self.tlsPort, self.directory) = (port, tlsPort, directory)
        (self.process, self.lifeline) = (process, ends[1])
    }

    deinit {
        close(lifeline)
        var status: Int32 = 0
        unsafe waitpid(process, &status, 0)
    }

    private static let script = """
        cd "$1"; exec 3>&2 >log 2>&1; set -e; trap '[ $? = 0 ] || cat log >&3; rm -rf "$1"' EXIT
        htpasswd -nbB -C 4 "$4" "$5" >htpasswd
        key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
        openssl req -x509 $key -days 2 -subj /CN=test-ca -keyout ca.key -out ca.pem
        openssl req $key -subj /CN=localhost -keyout tls.key -out tls.csr
        echo subjectAltName=DNS:localhost,IP:127.0.0.1 >names
        openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out tls.pem
        echo "{version: 0.1, log: {level: warn}, storage: {filesystem: {rootdirectory: $1/data}}, \\
          http: {addr: '127.0.0.1:$2'}, auth: {htpasswd: {realm: test, path: $1/htpasswd}}}" >registry.yml
        echo "daemon off; master_process off; pid $1/nginx.pid; error_log stderr; events {}
          http { access_log off; client_body_temp_path $1/t; proxy_temp_path $1/t; fastcgi_temp_path $1/t;
            uwsgi_temp_path $1/t; scgi_temp_path $1/t;
            server { listen 127.0.0.1:$3 ssl http2; ssl_certificate tls.pem; ssl_certificate_key tls.key;
              location / { proxy_pass http://127.0.0.1:$2; proxy_set_header Host \\$http_host; } } }" >nginx.conf
        docker-registry serve registry.yml & registry=$!
        PATH=$PATH:/usr/sbin nginx -c "$1/nginx.conf" & nginx=$!
        cat; kill $registry $nginx; wait; exit 0
        """
}

/// A port of this machine that nothing listened on a moment ago.
public func freePort() -> Int {
    unsafe withLoopbackAddress(port: 0) { socket, address, length in
        var length = length
        precondition(unsafe bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0)
        return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            unsafe Int(UInt16(bigEndian: $0.pointee.sin_port))
        }
    }
}

/// Waits until something listens on `port`; false where `process` ended first, or after half a minute.
private func isListening(_ port: Int, orEnded process: pid_t) -> Bool {
    var status: Int32 = 0
    for _ in 0..<3000 where unsafe waitpid(process, &status, WNOHANG) == 0 {
        if unsafe withLoopbackAddress(port: port, { unsafe connect($0, $1, $2) == 0 }) { return true }
        usleep(10_000)
    }
    return false
}

private func withLoopbackAddress<Result>(
    port: Int, _ body: (Int32, UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return unsafe withUnsafeMutablePointer(to: &address) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

private func spawn(_ words: [String], standardInput: Int32) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, standardInput, 0)
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let error = unsafe posix_spawnp(&process, words[0], &actions, nil, &arguments, environ)
    precondition(error == 0, "sh cannot be started: errno \(error)")
    return process
}
