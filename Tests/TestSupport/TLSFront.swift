import Glibc

/// nginx on a free port of this machine, which speaks TLS (and HTTP/2) and passes everything on to another address.
///
/// Its certificate is for `localhost` and `127.0.0.1`, though not for `127.0.0.2`, where it answers too, and signed by
/// an authority that nobody else trusts.
public struct TLSFront: ~Copyable {
    /// The port.
    public let port: Int
    /// The authority's certificate.
    public var authority: String { "\(scratch.path)/ca.pem" }

    private let process: ChildProcess
    private let scratch: ScratchDirectory

    /// Starts it in front of `address`, a `host:port` with plain HTTP, and returns when it answers.
    public init(of address: String) async throws {
        let scratch = try ScratchDirectory()
        var certificates = Command.shell(Self.certificates)
        certificates.directory = scratch.path
        try await certificates.succeed()

        let port = try unusedPort()
        let configuration = try scratch.file(
            "nginx.conf",
            """
            daemon off; master_process off; pid nginx.pid; error_log stderr;
            events {}
            http {
                access_log off;
                client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
                server {
                    listen 127.0.0.1:\(port) ssl http2; listen 127.0.0.2:\(port) ssl http2;
                    ssl_certificate tls.pem; ssl_certificate_key tls.key;
                    location / { proxy_pass http://\(address); proxy_set_header Host $http_host; }
                }
            }
            """)
        let process = try Command.service(
            "nginx -p '\(scratch.path)' -c '\(configuration)'", log: "\(scratch.path)/log"
        ).start()
        guard await waitUntil(.seconds(20), { answers(port) }) else {
            process.signalGroup(SIGTERM)
            throw TestFailure("nginx did not start: \((try? Files.text("\(scratch.path)/log")) ?? "")")
        }
        self.scratch = scratch
        self.port = port
        self.process = process
    }

    deinit {
        process.signalGroup(SIGTERM)
    }

    private static let certificates = """
        set -e
        key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
        openssl req -x509 $key -days 2 -subj /CN=tests -keyout ca.key -out ca.pem
        openssl req $key -subj /CN=localhost -keyout tls.key -out tls.csr
        echo subjectAltName=DNS:localhost,IP:127.0.0.1 >names
        openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out tls.pem
        """
}
