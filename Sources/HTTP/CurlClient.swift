/// An HTTP client on libcurl, for many requests at once on few connections.
///
/// It has a thread of its own from its making to its end, so only who uses the network makes one. Proxies come from
/// the variables that libcurl itself reads: `http_proxy`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`. The machine itself is
/// never asked through one.
public final class CurlClient: HTTPClient {
    /// What holds for all requests of a client.
    public struct Options: Equatable, Sendable {
        /// The program and its version: `berth/1.2.3`.
        public var userAgent: String
        /// The authorities that servers are checked against.
        public var trust: TrustStore
        /// Whether servers' certificates are looked at; not to do so is the user's decision alone.
        public var verifiesCertificates = true
        /// What single servers ask for, by host and port (``URLParts/authority``).
        public var hosts: [String: HostTLS] = [:]
        /// The longest time to wait for a connection.
        public var connectTimeout: Duration
        /// The most connections to one host.
        public var connectionsPerHost = 64

        /// Options of a client that calls itself `userAgent`.
        public init(userAgent: String, trust: TrustStore, connectTimeout: Duration = .seconds(10)) {
            self.userAgent = userAgent
            self.trust = trust
            self.connectTimeout = connectTimeout
        }
    }

    /// What is special about TLS with one server.
    public struct HostTLS: Equatable, Sendable {
        /// A certificate of the client's own, in PEM.
        public struct Certificate: Equatable, Sendable {
            /// The file with the certificate.
            public let path: String
            /// The file with its key.
            public let keyPath: String

            /// A certificate in files.
            public init(path: String, keyPath: String) {
                self.path = path
                self.keyPath = keyPath
            }
        }

        /// Further authorities for it alone, in PEM; in place of a ``TrustStore/file(_:)``, besides a directory.
        public var authorities: [UInt8]
        /// The client's certificate.
        public var certificate: Certificate?
        /// Whether the server's certificate is looked at, where those of others are.
        public var verifiesCertificate = true

        /// TLS with further authorities and a client's certificate.
        public init(authorities: [UInt8] = [], certificate: Certificate? = nil) {
            self.authorities = authorities
            self.certificate = certificate
        }
    }

    fileprivate let driver: CurlDriver

    /// A client that has connected to nobody yet.
    public init(_ options: Options) {
        driver = CurlDriver(options)
    }

    deinit {
        driver.stop(andWait: false)
    }

    /// Ends the client's thread and waits for that; requests are refused from then on.
    ///
    /// For who starts processes by fork(2) afterwards, which a thread that is in the middle of something does not stand.
    public func close() {
        driver.stop(andWait: true)
    }

    /// The thread that makes the transfers; see ``HTTPClient/executor``.
    public var executor: (any TaskExecutor)? { driver }

    /// Sends `request` and waits for the whole answer; see ``HTTPClient/send(_:)``.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await perform(request, delivery: .whole).response
    }

    /// Sends `request` and waits for the head of its answer; see ``HTTPClient/stream(_:)``.
    public func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
        let (head, transfer) = try await perform(request, delivery: .parts)
        let ticket = Ticket(transfer, self)
        return HTTPStream(head: head) { () async throws(HTTPError) in try await ticket.nextPart() }
    }

    private func perform(
        _ request: HTTPRequest, delivery: Transfer.Delivery
    ) async throws(HTTPError) -> (response: HTTPResponse, transfer: Transfer) {
        guard case .stream(let upload) = request.body else {
            let transfer = Transfer(request, delivery: delivery, upload: nil)
            return (try await wait(for: transfer).get(), transfer)
        }
        let transfer = Transfer(request, delivery: delivery, upload: UploadBuffer())
        return (try await send(transfer, upload).get(), transfer)
    }

    /// Makes the body while it is sent.
    private func send(_ transfer: Transfer, _ upload: HTTPUpload) async -> Result<HTTPResponse, HTTPError> {
        await withTaskGroup(of: HTTPError?.self) { group in
            group.addTask { await self.feed(transfer, upload) }
            let result = await wait(for: transfer)
            // An answer may come before all is sent; then nobody wants the rest.
            group.cancelAll()
            // Only what ended the transfer is its reason: to be cancelled may be an error of the body's too.
            guard case .failure(let error) = result, error.kind == .cancelled, !Task.isCancelled else { return result }
            return await group.next().flatMap { $0 }.map { .failure($0) } ?? result
        }
    }

    /// - Returns: Why the body could not be made, where that is what ended the transfer.
    private func feed(_ transfer: Transfer, _ upload: HTTPUpload) async -> HTTPError? {
        let driver = driver
        func fail(_ error: HTTPError) -> HTTPError? {
            driver.cancel(transfer)
            return error.kind == .cancelled ? nil : error
        }
        var left = upload.length
        do throws(HTTPError) {
            while let part = try await upload.next() {
                left -= part.count
                guard left >= 0 else { break }
                guard await transfer.upload?.write(part, wake: { driver.resume(transfer) }) == true else { return nil }
            }
        } catch {
            return fail(error)
        }
        guard left == 0 else {
            let reason = "what was to be sent has not the length of \(upload.length) bytes"
            return fail(HTTPError(.interrupted, of: transfer.request, reason: reason))
        }
        transfer.upload?.end { driver.resume(transfer) }
        return nil
    }

    private func wait(for transfer: Transfer) async -> Result<HTTPResponse, HTTPError> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.wait(continuation)
                driver.start(transfer)
            }
        } onCancel: {
            driver.cancel(transfer)
        }
    }
}

/// What a reader of a body holds: when nobody does any more, the transfer ends.
///
/// Until then the client lives.
private final class Ticket: Sendable {
    private let transfer: Transfer
    private let client: CurlClient
    private var driver: CurlDriver { client.driver }

    init(_ transfer: Transfer, _ client: CurlClient) {
        self.transfer = transfer
        self.client = client
    }

    deinit {
        driver.cancel(transfer)
    }

    func nextPart() async throws(HTTPError) -> [UInt8]? {
        try await withTaskCancellationHandler { () async -> Result<[UInt8]?, HTTPError> in
            await transfer.nextPart { driver.resume(transfer) }
        } onCancel: {
            driver.cancel(transfer)
        }.get()
    }
}
