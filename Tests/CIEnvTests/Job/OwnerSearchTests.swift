internal import CIEnv
internal import Glibc
internal import POSIX
internal import TestSupport
internal import Testing

/// Which process a job directory is made for: the shell that evaluates, however many subshells are between.
@Suite struct OwnerSearchTests {
    /// In `eval "$(berth ci-env || echo exit 1)"` with a job's log as the shell's own output.
    private func substitution(in machine: borrowing FakeMachine) throws -> (FileStatus, Int) {
        let output = try machine.pipe("substitution")
        let log = try machine.pipe("log")
        try machine.add(10, parent: 1, name: "gitlab-runner")
        try machine.add(20, parent: 10, name: "bash")
        try machine.open(log, for: 10)
        try machine.open(log, for: 20)
        return (try FileStatus(path: output), 20)
    }

    @Test(arguments: [0, 1, 5])
    func `the shell is found behind its subshells, however many`(subshells: Int) throws {
        let machine = try FakeMachine()
        let (output, shell) = try substitution(in: machine)
        for pid in 21..<21 + subshells {
            try machine.add(pid, parent: pid - 1)
            try machine.open(machine.path("substitution"), for: pid)
        }
        let found = OwnerSearch.evaluatingShell(from: shell + subshells, output: output, in: machine.processes)
        #expect(found == ProcessTable.Identity(pid: shell, startTime: 1000))
    }

    @Test func `ksh's deleted file is a substitution too`() throws {
        let machine = try FakeMachine()
        let (_, shell) = try substitution(in: machine)
        let path = machine.path("deleted")
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        unsafe _ = unlink(path)
        let open = "/proc/self/fd/\(descriptor)"
        try machine.add(21, parent: shell)
        try machine.open(open, for: 21)
        let found = OwnerSearch.evaluatingShell(from: 21, output: try FileStatus(path: open), in: machine.processes)
        #expect(found?.pid == shell)
    }

    @Test func `what goes into a file has no owner, since anybody may read it later`() throws {
        let machine = try FakeMachine()
        let (_, shell) = try substitution(in: machine)
        try Files.write("", to: machine.path("env.sh"))
        let output = try FileStatus(path: machine.path("env.sh"))
        #expect(OwnerSearch.evaluatingShell(from: shell, output: output, in: machine.processes) == nil)
    }

    @Test func `what goes to no reader belongs to the caller`() throws {
        let machine = try FakeMachine()
        let (_, shell) = try substitution(in: machine)
        let output = try FileStatus(path: "/dev/null")
        #expect(OwnerSearch.evaluatingShell(from: shell, output: output, in: machine.processes)?.pid == shell)
        #expect(OwnerSearch.evaluatingShell(from: 99, output: output, in: machine.processes) == nil)
    }

    @Test func `with a closed output nothing is known`() throws {
        let machine = try FakeMachine()
        let (_, shell) = try substitution(in: machine)
        #expect(OwnerSearch.evaluatingShell(from: shell, output: nil, in: machine.processes) == nil)
    }

    @Test func `an ancestor whose output may not be seen leaves the owner unknown`() throws {
        let machine = try FakeMachine()
        let (output, _) = try substitution(in: machine)
        // sudo, another user's, stands between.
        try machine.add(21, parent: 20, name: "sudo")
        try machine.add(22, parent: 21)
        try machine.open(machine.path("substitution"), for: 22)
        #expect(OwnerSearch.evaluatingShell(from: 22, output: output, in: machine.processes) == nil)
    }

    @Test(arguments: [0, 1, 99])
    func `a chain of parents that ends without a shell has no owner`(parent: Int) throws {
        let machine = try FakeMachine()
        let (output, _) = try substitution(in: machine)
        try machine.add(21, parent: parent)
        try machine.open(machine.path("substitution"), for: 21)
        #expect(OwnerSearch.evaluatingShell(from: 21, output: output, in: machine.processes) == nil)
    }

    @Test func `parents that go round in a circle are given up`() throws {
        let machine = try FakeMachine()
        let (output, _) = try substitution(in: machine)
        for (pid, parent) in [(21, 22), (22, 21)] {
            try machine.add(pid, parent: parent)
            try machine.open(machine.path("substitution"), for: pid)
        }
        #expect(OwnerSearch.evaluatingShell(from: 21, output: output, in: machine.processes) == nil)
    }

    // MARK: - GitHub

    @Test func `GitHub's worker is found above the steps' shells`() throws {
        let machine = try FakeMachine()
        try machine.add(10, name: "Runner.Listener")
        try machine.add(20, parent: 10, name: "Runner.Worker", start: 77)
        try machine.add(21, parent: 20, name: "bash")
        try machine.add(22, parent: 21, name: "bash")
        let found = OwnerSearch.githubWorker(from: 22, in: machine.processes)
        #expect(found == ProcessTable.Identity(pid: 20, startTime: 77))
    }

    @Test(arguments: ["Runner.Listener", "Runner.Worker2", "act_runner", "x) S 20 (Runner.Worker"])
    func `other runners have no such worker`(name: String) throws {
        let machine = try FakeMachine()
        try machine.add(20, parent: 0, name: name)
        try machine.add(21, parent: 20, name: "bash")
        #expect(OwnerSearch.githubWorker(from: 21, in: machine.processes) == nil)
    }
}
