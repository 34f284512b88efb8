import Glibc

/// nginx in front of a server of this machine, with a certificate for `localhost` and `127.0.0.1` by an authority of
/// its own.
public struct TLSFront: ~Copyable {
    /// `127.0.0.1:port`.
    public let address: String
    /// The file with the authority's certificate.
    public let authority: String
    private let process: ChildProcess
    private let scratch: ScratchDirectory

    /// Starts nginx before the server at `backend`, such as `127.0.0.1:5000`, and returns when its port answers.
    public init(before backend: String) async throws {
        let scratch = try ScratchDirectory()
        let folder = scratch.path
        var keys = Command.shell(
            """
            set -e
            key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
            openssl req -x509 $key -days 2 -subj /CN=test-authority -keyout ca.key -out ca.pem
            openssl req $key -subj /CN=localhost -keyout tls.key -out tls.csr
            echo subjectAltName=DNS:localhost,IP:127.0.0.1 >names
            openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out tls.pem
            """)
        keys.directory = folder
        try await keys.succeed()
        let port = try unusedPort()
        let address = "127.0.0.1:\(port)"
        let configuration = try scratch.file(
            "nginx.conf",
            """
            daemon off; master_process off; pid \(folder)/pid; error_log stderr; events {}
            http {
              access_log off; client_body_temp_path \(folder)/t; proxy_temp_path \(folder)/t;
              fastcgi_temp_path \(folder)/t; uwsgi_temp_path \(folder)/t; scgi_temp_path \(folder)/t;
              server {
                listen \(address) ssl; ssl_certificate \(folder)/tls.pem; ssl_certificate_key \(folder)/tls.key;
                location / { proxy_pass http://\(backend); proxy_set_header Host $http_host; }
              }
            }
            """)
        var command = Command.shell("exec nginx -c \(configuration) >\(folder)/log 2>&1")
        command.deadline = .seconds(600)
        let process = try command.start()
        guard await waitUntil(.seconds(20), { answers(port) }) else {
            process.signalGroup(SIGKILL)
            throw TestFailure("nginx did not start: \((try? Files.text("\(folder)/log")) ?? "")")
        }
        self.scratch = scratch
        self.address = address
        self.authority = "\(folder)/ca.pem"
        self.process = process
    }

    deinit {
        process.signalGroup(SIGKILL)
    }
}
