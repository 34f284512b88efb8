internal import CSystem
internal import Glibc

/// Waiting, apart from everything, for other processes to end.
public enum Watching {
    /// Goes on in a process of its own that nothing waits for: in a session of its own, adopted by init, with no file
    /// open, in the root directory.
    ///
    /// - Returns: Whether this is that process; `false` in the one that called.
    /// - Throws: `SystemError` where no process can be started.
    public static func detach() throws(SystemError) -> Bool {
        let side = berth_detach()
        guard side >= 0 else { throw .last("start", "a watcher") }
        guard side == 0 else { return false }
        berth_close_from(0)
        // What is opened later must not become a standard stream.
        for _ in 0..<3 { unsafe _ = open("/dev/null", O_RDWR) }
        unsafe _ = chdir("/")
        return true
    }

    /// Waits until all `processes` have ended, or the time `expiry` on the clock since boot has come.
    public static func waitForEnd(of processes: [ProcessTable.Identity], until expiry: Int, in table: ProcessTable) {
        var descriptors: [Int32] = []
        for process in processes {
            let descriptor = berth_pidfd_open(Int32(process.pid))
            // Only now: a number that had been used again before would be another process's descriptor.
            let isThis = table.isAlive(process)
            if descriptor >= 0 && isThis {
                descriptors.append(descriptor)
            } else {
                if descriptor >= 0 { close(descriptor) }
                if isThis { return waitByAsking(processes, until: expiry, in: table) }
            }
        }
        for descriptor in descriptors {
            wait(for: descriptor, until: expiry)
            close(descriptor)
        }
    }

    private static func wait(for descriptor: Int32, until expiry: Int) {
        while true {
            let left = expiry - Moment.now.sinceBoot
            guard left > 0 else { return }
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            // An hour at most, as poll's clock stops while the machine sleeps.
            if unsafe poll(&wait, 1, Int32(min(left, 3600) * 1000)) > 0 { return }
        }
    }

    /// For kernels before 5.3, and for processes that may not be waited for.
    private static func waitByAsking(
        _ processes: [ProcessTable.Identity], until expiry: Int, in table: ProcessTable
    ) {
        while processes.contains(where: table.isAlive), Moment.now.sinceBoot < expiry { sleep(1) }
    }
}
