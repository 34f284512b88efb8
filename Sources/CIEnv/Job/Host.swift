public import POSIX

/// The machine that a job runs on, as far as it decides where job directories live and how long.
public struct Host: Sendable {
    /// What tells machines, their starts and their process id namespaces apart.
    public struct Identity: Equatable, Sendable {
        /// The id of this start of the machine.
        public var bootID: String?
        /// The process id namespace.
        public var pidNamespace: String?
        /// The machine's id (machine-id(5)); container images mostly have none.
        public var machineID: String?
        /// The host name.
        public var hostName: String

        /// An identity.
        public init(bootID: String?, pidNamespace: String?, machineID: String?, hostName: String) {
            self.bootID = bootID
            self.pidNamespace = pidNamespace
            self.machineID = machineID
            self.hostName = hostName
        }
    }

    /// Which machine it is.
    public var identity: Identity
    /// Its processes.
    public var processes: ProcessTable
    /// The user that berth runs as.
    public var user: UInt32
    /// The time.
    public var now: Moment

    /// A machine.
    public init(identity: Identity, processes: ProcessTable, user: UInt32, now: Moment) {
        self.identity = identity
        self.processes = processes
        self.user = user
        self.now = now
    }

    /// This machine, now.
    public static var current: Host {
        let processes = ProcessTable()
        let identity = Identity(
            bootID: processes.bootID, pidNamespace: processes.pidNamespace, machineID: machineID,
            hostName: CurrentProcess.hostName)
        return Host(identity: identity, processes: processes, user: CurrentProcess.user, now: .now)
    }

    private static var machineID: String? {
        guard let file = try? FileDescriptor(reading: "/etc/machine-id"), let text = try? file.readAll(limit: 256)
        else { return nil }
        let id = text.filter { $0 > 0x20 }
        return id.isEmpty ? nil : String(decoding: id, as: UTF8.self)
    }
}
