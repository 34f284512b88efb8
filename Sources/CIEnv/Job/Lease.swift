public import JSON
public import POSIX

/// Who a job directory belongs to, and for how long.
///
/// A lease ends when its time has come, or when all of its owners are known to be gone. Not to know is not to end: from
/// another container or another machine an owner cannot be seen, and then only the time counts.
public struct Lease: Equatable, Sendable {
    /// The CI system's name.
    public var system: String
    /// The CI system's key of the job.
    public var jobKey: String?
    /// The processes that use the directory; none where they cannot be known.
    public var owners: [ProcessTable.Identity]
    /// Where the owners run.
    public var host: Host.Identity
    /// The end, on both clocks: the one since boot counts as long as the machine has not been started again.
    public var expires: Moment

    /// The beginning; not known of a lease that an older berth wrote.
    public var started: Moment?

    /// A lease.
    public init(
        system: String, jobKey: String?, owners: [ProcessTable.Identity], host: Host.Identity, expires: Moment,
        started: Moment? = nil
    ) {
        self.system = system
        self.jobKey = jobKey
        self.owners = owners
        self.host = host
        self.expires = expires
        self.started = started
    }

    /// The file in the job directory that holds it.
    public static let fileName = "lease.json"

    /// Whether the lease has ended, as far as `observer` can know.
    public func hasEnded(seenFrom observer: Host) -> Bool {
        if let bootID = host.bootID, bootID == observer.identity.bootID {
            if observer.now.sinceBoot >= expires.sinceBoot { return true }
            guard let namespace = host.pidNamespace, namespace == observer.identity.pidNamespace else { return false }
            return !owners.isEmpty && !owners.contains(where: observer.processes.isAlive)
        }
        return wasRestarted(seenFrom: observer) || observer.now.wall >= expires.wall
    }

    /// Whether the owners' machine has been started again since, so that no process of then can be left.
    private func wasRestarted(seenFrom observer: Host) -> Bool {
        guard host.bootID != nil, observer.identity.bootID != nil, let machineID = host.machineID else { return false }
        return machineID == observer.identity.machineID && host.hostName == observer.identity.hostName
    }
}

extension Lease {
    /// The lease as it stands in its file.
    public var json: JSONValue {
        var object = JSONObject()
        object["version"] = 1
        object["system"] = .string(system)
        object["job"] = jobKey.map(JSONValue.string) ?? .null
        object["owners"] = .array(owners.map { ["pid": .integer($0.pid), "start": .integer($0.startTime)] })
        object["boot"] = host.bootID.map(JSONValue.string) ?? .null
        object["pidNamespace"] = host.pidNamespace.map(JSONValue.string) ?? .null
        object["machine"] = host.machineID.map(JSONValue.string) ?? .null
        object["host"] = .string(host.hostName)
        object["expires"] = .integer(expires.wall)
        object["expiresSinceBoot"] = .integer(expires.sinceBoot)
        if let started {
            object["started"] = .integer(started.wall)
            object["startedSinceBoot"] = .integer(started.sinceBoot)
        }
        return .object(object)
    }

    /// Reads a lease's file; `nil` where it is not one that can be relied on.
    public init?(_ text: [UInt8]) {
        guard let object = try? JSONValue(parsing: text).object, object["version"] == 1,
            let system = object["system"]?.string, let hostName = object["host"]?.string,
            let wall = object["expires"]?.integer, let sinceBoot = object["expiresSinceBoot"]?.integer,
            let entries = object["owners"]?.array
        else { return nil }
        var owners: [ProcessTable.Identity] = []
        for entry in entries {
            guard let pid = entry.object?["pid"]?.integer, let start = entry.object?["start"]?.integer else {
                return nil
            }
            owners.append(ProcessTable.Identity(pid: pid, startTime: start))
        }
        let start = (wall: object["started"]?.integer, sinceBoot: object["startedSinceBoot"]?.integer)
        self.init(
            system: system, jobKey: object["job"]?.string, owners: owners,
            host: Host.Identity(
                bootID: object["boot"]?.string, pidNamespace: object["pidNamespace"]?.string,
                machineID: object["machine"]?.string, hostName: hostName),
            expires: Moment(wall: wall, sinceBoot: sinceBoot),
            started: start.wall.flatMap { wall in start.sinceBoot.map { Moment(wall: wall, sinceBoot: $0) } })
    }
}
