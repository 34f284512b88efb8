internal import Glibc

/// nginx on a free port of this machine, which speaks TLS (and HTTP/2) and passes everything on to another address.
///
/// Its certificate is signed by an authority that nobody else trusts. It answers on 127.0.0.1 and 127.0.0.2 whatever
/// names the certificate is for. The server behind it is told by which name and scheme it was asked, so that the
/// addresses that it gives lead here again.
public struct TLSFront: ~Copyable, Sendable {
    /// How it is set up.
    public struct Options: Sendable {
        /// What the certificate is for, as `subjectAltName` has it.
        public var names = ["DNS:localhost", "IP:127.0.0.1"]
        /// Whether a client has to show a certificate of the same authority.
        public var requiresClientCertificate = false
        /// What is answered with 429 when too much is asked.
        public var rateLimit: RateLimit?
        /// Another address and port to answer at; below 1024 only root can.
        public var extraListener: String?
        /// How many bytes a second each answer gets; as many as there are for nil.
        public var bytesPerSecond: Int?

        /// What every client may ask at `localhost` and `127.0.0.1`.
        public init() {}
    }

    /// A limit on requests of all clients together.
    public struct RateLimit: Sendable {
        /// A regular expression for the paths that count.
        public var path: String
        /// How many requests a second are let through, evenly.
        public var perSecond: Int
        /// How many may come at once before.
        public var burst: Int
        /// What `Retry-After` says.
        public var retryAfter: String

        /// A limit for the paths that match.
        public init(path: String, perSecond: Int, burst: Int = 0, retryAfter: String = "1") {
            self.path = path
            self.perSecond = perSecond
            self.burst = burst
            self.retryAfter = retryAfter
        }
    }

    /// The port.
    public let port: Int
    /// The authority's certificate.
    public var authority: String { "\(scratch.path)/ca.pem" }
    /// A client's certificate of that authority.
    public var clientCertificate: String { "\(scratch.path)/client.pem" }
    /// The key of the client's certificate.
    public var clientKey: String { "\(scratch.path)/client.key" }

    private let service: Service
    private let scratch: ScratchDirectory

    /// Starts it in front of `address`, a `host:port` with plain HTTP, and returns when it answers.
    public init(of address: String, _ options: Options = Options()) async throws {
        let scratch = try ScratchDirectory()
        var certificates = Command.shell(Self.certificates)
        certificates.environment["NAMES"] = options.names.joined(separator: ",")
        certificates.directory = scratch.path
        try await certificates.succeed()

        let port = try unusedPort()
        let configuration = try scratch.file(
            "nginx.conf",
            """
            daemon off; master_process off; pid nginx.pid; error_log stderr;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
                client_max_body_size 0; proxy_request_buffering off; proxy_buffering off; proxy_http_version 1.1;
                proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto https;
                \(options.rateLimit.map(Self.zone) ?? "")
                server {
                    listen 127.0.0.1:\(port) ssl http2; listen 127.0.0.2:\(port) ssl http2;
                    \(options.extraListener.map { "listen \($0) ssl http2;" } ?? "")
                    ssl_certificate tls.pem; ssl_certificate_key tls.key;
                    \(options.requiresClientCertificate ? "ssl_client_certificate ca.pem; ssl_verify_client on;" : "")
                    \(options.bytesPerSecond.map { "limit_rate \($0); proxy_buffering on;" } ?? "")
                    location / { proxy_pass http://\(address); }
                    \(options.rateLimit.map { Self.location($0, address) } ?? "")
                }
            }
            """)
        service = try await Service("nginx -p '\(scratch.path)' -c '\(configuration)'", log: "\(scratch.path)/log") {
            _ in answers(port) ? "127.0.0.1:\(port)" : nil
        }
        self.scratch = scratch
        self.port = port
    }

    private static func zone(_ limit: RateLimit) -> String {
        "limit_req_zone $server_port zone=all:1m rate=\(limit.perSecond)r/s; limit_req_status 429;"
    }

    private static func location(_ limit: RateLimit, _ address: String) -> String {
        """
        location ~ "\(limit.path)" {
            limit_req zone=all\(limit.burst > 0 ? " burst=\(limit.burst) nodelay" : "");
            error_page 429 @limited; proxy_pass http://\(address);
        }
        location @limited { add_header Retry-After "\(limit.retryAfter)" always; return 429; }
        """
    }

    private static let certificates = """
        set -e
        key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
        openssl req -x509 $key -days 2 -subj /CN=tests -keyout ca.key -out ca.pem
        echo "subjectAltName=$NAMES" >names
        sign() {
            openssl req $key -subj "/CN=$1" -keyout "$2.key" -out "$2.csr"
            openssl x509 -req -in "$2.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 $3 -out "$2.pem"
        }
        sign localhost tls '-extfile names'
        sign client client
        """
}
