internal import CCurl
internal import CCurlShim
internal import COpenSSL
internal import Glibc
internal import POSIX

/// The one thread that makes all transfers of a client, on libcurl's multi interface.
///
/// Everything of libcurl is touched by that thread alone; others leave messages and wake it with curl_multi_wakeup(3),
/// the one call that libcurl allows from elsewhere (libcurl-thread(3)).
///
/// It is a task executor too: a task that prefers it runs between transfers, and goes on without a switch of threads
/// when its answer has come.
final class CurlDriver: TaskExecutor {
    private enum Message: Sendable {
        case start(Transfer)
        case cancel(Transfer)
        /// A body is read on, or made on.
        case resume(Transfer)
        case run(UnownedJob)
        case stop
    }

    private struct Inbox {
        var messages: [Message] = []
        /// Whether the thread has ended, or never began.
        var isClosed = false
        var thread: pthread_t?
        /// Whether somebody has joined or detached the thread.
        var hasBeenLeft = false
    }

    /// The multi handle.
    ///
    /// Sendable although the compiler cannot see it: used by the driver's thread, and under the inbox's lock, while
    /// that is open, for curl_multi_wakeup.
    @safe private struct Multi: @unchecked Sendable {
        let raw: UnsafeMutableRawPointer?
    }

    /// curl_global_init(3), once a process.
    ///
    /// Never undone, as the process's end does that.
    private static let isLibraryReady = cossl_begin() == 1 && curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let options: CurlClient.Options
    private let multi: Multi
    private let inbox = Locked(Inbox())

    init(_ options: CurlClient.Options) {
        self.options = options
        unsafe multi = Multi(raw: Self.isLibraryReady ? curl_multi_init() : nil)
        guard let raw = unsafe multi.raw else {
            inbox.withLock { $0.isClosed = true }
            return
        }
        unsafe cc_multi_setopt_long(raw, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        unsafe cc_multi_setopt_long(raw, CURLMOPT_MAX_CONCURRENT_STREAMS, 256)
        unsafe cc_multi_setopt_long(raw, CURLMOPT_MAX_HOST_CONNECTIONS, options.connectionsPerHost)
        unsafe cc_multi_setopt_long(raw, CURLMOPT_MAX_TOTAL_CONNECTIONS, 2 * options.connectionsPerHost)
        unsafe cc_multi_setopt_long(raw, CURLMOPT_MAXCONNECTS, 2 * options.connectionsPerHost)
        startThread()
    }

    private func startThread() {
        // The thread owns a reference until it ends.
        let this = unsafe Unmanaged.passRetained(self)
        var thread = pthread_t()
        let error = unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<CurlDriver>.fromOpaque(context).takeRetainedValue().drive()
                return nil
            }, this.toOpaque())
        guard error == 0 else {
            unsafe this.release()
            return inbox.withLock { $0.isClosed = true }
        }
        inbox.withLock { $0.thread = thread }
    }

    // MARK: from any thread

    func start(_ transfer: Transfer) {
        guard post(.start(transfer)) else {
            return transfer.finish(.failure(Self.unavailable(transfer.request)))
        }
    }

    func cancel(_ transfer: Transfer) {
        transfer.cancel()
        post(.cancel(transfer))
    }

    func resume(_ transfer: Transfer) {
        post(.resume(transfer))
    }

    /// Ends the thread, and with it whatever is on its way.
    ///
    /// - Parameter waits: Whether to wait for its end; not to be asked for on the thread itself.
    func stop(andWait waits: Bool) {
        post(.stop)
        guard
            let thread = inbox.withLock({ inbox in
                defer { inbox.hasBeenLeft = true }
                return inbox.hasBeenLeft ? nil : inbox.thread
            })
        else { return }
        if waits { pthread_join(thread, nil) } else { pthread_detach(thread) }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // A job must run somewhere, also where there is no driver any more.
        if !post(.run(job)) { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// Leaves a message; false where nobody will read it.
    @discardableResult
    private func post(_ message: Message) -> Bool {
        inbox.withLock { inbox in
            guard !inbox.isClosed else { return false }
            inbox.messages.append(message)
            // From its own thread it need not be woken: it reads its messages before it waits.
            let isOwnThread = inbox.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false
            if inbox.messages.count == 1, !isOwnThread { unsafe curl_multi_wakeup(multi.raw) }
            return true
        }
    }

    private static func unavailable(_ request: HTTPRequest) -> HTTPError {
        HTTPError(.invalidRequest, of: request, reason: "there is no libcurl to send it")
    }

    // MARK: the thread

    private struct Transfers {
        /// By their handles' addresses.
        var running: [Int: Exchange] = [:]
        var idle: [Exchange] = []
        /// Those that go on after a pause, until libcurl has looked at them.
        var resumed: [Exchange] = []
        var isStopped = false

        func exchange(of transfer: Transfer) -> Exchange? {
            running.values.first { $0.transfer === transfer }
        }

        /// Keeps `exchange` for the next transfer, as its handle and buffers are dear to make.
        mutating func keep(_ exchange: Exchange) {
            exchange.end()
            idle.append(exchange)
        }
    }

    private func drive() {
        guard let raw = unsafe multi.raw else { return }
        // Signals are for the threads that know what to do about them.
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
        var transfers = Transfers()
        var messages: [Message] = []
        while true {
            // Not until there are no more: tasks that wait for a transfer by giving way leave new ones for ever.
            for _ in 0..<16 where takeMessages(&messages) { for message in messages { obey(message, &transfers) } }
            if transfers.isStopped { break }
            var count: Int32 = 0
            unsafe curl_multi_perform(raw, &count)
            for exchange in transfers.resumed { exchange.watchSpeed() }
            transfers.resumed.removeAll(keepingCapacity: true)
            // What ended may have somebody start the next at once.
            if finishEnded(&transfers) || hasMessages { continue }
            unsafe curl_multi_poll(raw, nil, 0, 60_000, nil)
        }
        shutDown(&transfers)
        unsafe curl_multi_cleanup(raw)
    }

    private func takeMessages(_ messages: inout [Message]) -> Bool {
        messages.removeAll(keepingCapacity: true)
        inbox.withLock { swap(&$0.messages, &messages) }
        return !messages.isEmpty
    }

    private var hasMessages: Bool { inbox.withLock { !$0.messages.isEmpty } }

    private func obey(_ message: Message, _ transfers: inout Transfers) {
        switch message {
        case .start(let transfer): begin(transfer, &transfers)
        case .cancel(let transfer): end(transfer, Self.cancelled(transfer.request), &transfers)
        case .resume(let transfer):
            guard let exchange = transfers.exchange(of: transfer) else { return }
            let code = exchange.goOnAfterPause()
            transfers.resumed.append(exchange)
            // What libcurl had kept is lost then, and it does not end the transfer by itself.
            if code != CURLE_OK { end(transfer, exchange.result(code, options), &transfers) }
        case .run(let job): unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        case .stop: transfers.isStopped = true
        }
    }

    private func begin(_ transfer: Transfer, _ transfers: inout Transfers) {
        guard !transfer.isCancelled else { return transfer.finish(Self.cancelled(transfer.request)) }
        guard let exchange = transfers.idle.popLast() ?? Exchange(), let raw = unsafe multi.raw else {
            return transfer.finish(.failure(Self.unavailable(transfer.request)))
        }
        do throws(HTTPError) {
            try exchange.begin(transfer, options)
        } catch {
            transfer.finish(.failure(error))
            return transfers.keep(exchange)
        }
        transfers.running[exchange.id] = exchange
        guard unsafe curl_multi_add_handle(raw, exchange.raw) == CURLM_OK else {
            transfers.running[exchange.id] = nil
            transfer.finish(.failure(Self.unavailable(transfer.request)))
            return transfers.keep(exchange)
        }
    }

    private func finishEnded(_ transfers: inout Transfers) -> Bool {
        var hasEnded = false
        var handle: UnsafeMutableRawPointer?
        var code = CURLE_OK
        while let raw = unsafe multi.raw, unsafe cc_multi_info_read(raw, &handle, &code) != 0 {
            guard let handle = unsafe handle,
                let exchange = transfers.running.removeValue(forKey: Int(bitPattern: handle))
            else { continue }
            hasEnded = true
            unsafe curl_multi_remove_handle(raw, handle)
            exchange.transfer?.finish(exchange.result(code, options))
            transfers.keep(exchange)
        }
        return hasEnded
    }

    /// Ends a transfer that has not come to its end.
    private func end(
        _ transfer: Transfer, _ result: Result<HTTPResponse, HTTPError>, _ transfers: inout Transfers
    ) {
        guard let exchange = transfers.exchange(of: transfer), let raw = unsafe multi.raw else { return }
        transfers.running[exchange.id] = nil
        unsafe curl_multi_remove_handle(raw, exchange.raw)
        transfer.finish(result)
        transfers.keep(exchange)
    }

    private func shutDown(_ transfers: inout Transfers) {
        let messages = inbox.withLock { inbox in
            inbox.isClosed = true
            return inbox.messages
        }
        for transfer in transfers.running.values.compactMap(\.transfer) {
            end(transfer, Self.cancelled(transfer.request), &transfers)
        }
        for message in messages {
            switch message {
            case .start(let transfer): transfer.finish(.failure(Self.unavailable(transfer.request)))
            case .run(let job): unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            case .cancel, .resume, .stop: break
            }
        }
    }

    private static func cancelled(_ request: HTTPRequest) -> Result<HTTPResponse, HTTPError> {
        .failure(HTTPError(.cancelled, of: request, reason: "interrupted"))
    }
}
