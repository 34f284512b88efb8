internal import CIEnv
internal import JSON

/// What was read as a snapshot is written and read the same, and can be played again.
///
/// What was not is refused without a line break or a control character in what is said. What is made of any value has no
/// secret in it.
@Sendable func checkSnapshot(_ bytes: [UInt8]) {
    do throws(CIEnvError) {
        let snapshot = try Snapshot(parsing: bytes, named: "f")
        let written = Array(snapshot.json.text(indented: false).utf8)
        require((try? Snapshot(parsing: written, named: "f")) == snapshot, "it is read otherwise")
        let given = Dictionary(snapshot.secrets.map { ($0, "x") }) { first, _ in first }
        require(Replay(snapshot, given: given).missing.isEmpty, "a secret that was given is missing")
        require(Replay(snapshot, given: [:]).variables.count <= snapshot.variables.count, "there are more variables")
    } catch {
        let shown = "\(error.text)\(error.hint ?? "")"
        require(!shown.utf8.contains { $0 < 0x20 || $0 == 0x7F }, shown)
    }
    checkValue(bytes)
}

/// Makes a snapshot of a job that has the bytes for a value, behind a secret and before it.
private func checkValue(_ bytes: [UInt8]) {
    let secret = "unmistakable+1/of%it"
    let text = String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
    let variables = [
        JobVariable("A", text), JobVariable("B", "\(text)\(secret)\(text)"), JobVariable("MY_TOKEN", secret),
    ]
    guard let system = CISystem.named("gitlab"),
        let maker = try? SnapshotMaker(system, variables, job: nil, named: [], kept: [])
    else { return require(false, "no snapshot can be made") }
    let snapshot = maker.make(at: "2026-01-02T03:04:05Z").snapshot
    require(!snapshot.json.text(indented: false).contains(secret), "the secret is in it")
    require(snapshot.variables.count == variables.count, "a variable is missing")
    require(Replay(snapshot, given: ["MY_TOKEN": secret]).incomplete.isEmpty, "a secret that was given is missing")
}
