internal import TestSupport
internal import Testing

@Suite("A command whose registry's name nobody resolves", .timeLimit(.minutes(1)))
struct SilentResolverTests {
    /// Asks for tags where the only name server is one that says nothing, and interrupts that as soon as it is asked.
    private static let script = """
        import fcntl, os, signal, socket, struct, subprocess, sys
        control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        fcntl.ioctl(control, 0x8914, struct.pack("16sh22x", b"lo", 1))  # SIOCSIFFLAGS: up
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 53))
        server.settimeout(20)
        berth = subprocess.Popen(["berth", "tags", "r.example.test/app"])
        server.recv(512)
        berth.send_signal(signal.SIGINT)
        sys.exit(berth.wait(timeout=4) == 0)
        """

    @Test("ends at once when it is interrupted, long before the system would give up")
    func interrupted() async throws {
        guard Berth.isRoot else { try Test.cancel("only root can have another resolv.conf") }
        let machine = try Machine()
        let resolver = try machine.scratch.file("resolv.conf", "nameserver 127.0.0.1\n", mode: 0o644)
        let outcome = try await Command(
            "unshare",
            [
                "-mn", "dash", "-c", "mount --bind \(resolver) /etc/resolv.conf && exec python3 -c '\(Self.script)'",
            ], environment: machine.environment
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
    }
}
