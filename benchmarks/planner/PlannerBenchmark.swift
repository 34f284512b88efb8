import Cleanup
import HTTP
import Hashing
import POSIX
import Registry

// planner TAGS: plans for a repository of TAGS tags and three times as many manifests, all made here: indexes of two
// images, every tenth image signed. Prints the seconds of each part, and what was planned.

/// SplitMix64: the same digests in every run.
struct Numbers {
    private var state: UInt64 = 1

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func digest() -> Digest? {
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            let word = next()
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return Digest(algorithm: .sha256, bytes: bytes)
    }
}

let now = 1_790_000_000

func hex(_ number: UInt64, _ digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text.suffix(digits)
}

func inventory(_ count: Int) throws -> Inventory {
    var numbers = Numbers()
    var inventory = Inventory()
    let signed = count / 11
    for place in 0..<count - signed {
        guard let index = numbers.digest(), let first = numbers.digest(), let second = numbers.digest() else {
            continue
        }
        let node = inventory.node(index)
        let children = [inventory.node(first), inventory.node(second)]
        inventory.setKind(isIndex: true, of: node)
        inventory.setSize(1_000, of: node)
        inventory.setContent(of: node, children: children, subject: nil)
        inventory.setReferrersKnown(of: node)
        for child in children {
            inventory.setKind(isIndex: false, of: child)
            inventory.setSize(50_000_000, of: child)
            inventory.setContent(of: child, children: [], subject: nil)
            inventory.setReferrersKnown(of: child)
        }
        let name =
            switch place % 4 {
            case 0: "main-\(hex(numbers.next(), 8))"
            case 1: "v\(place / 4000).\(place / 400 % 10).\(place % 400)"
            default: "mr-\(place % 5000)-\(hex(numbers.next(), 40))"
            }
        let time = Timestamp(secondsSince1970: now - place % 400 * 86_400 - place % 86_400)
        inventory.add(try Tag(name), node, created: time)
        // Every tenth image has a signature under a tag of its own.
        if place % 10 == 9, place / 10 < signed, let signature = numbers.digest() {
            let node = inventory.node(signature)
            inventory.setKind(isIndex: false, of: node)
            inventory.setContent(of: node, children: [], subject: nil)
            inventory.setReferrersKnown(of: node)
            inventory.add(try Tag("sha256-\(index.text.dropFirst(7)).sig"), node)
        }
    }
    return inventory
}

let text = """
    version: 1
    repositories:
      - delete:
          - {tags: "mr-*", older-than: 14d}
          - {tags: "/^main-[0-9a-f]{8}$/", older-than: 90d}
          - {tags: "v*", older-than: 30d}
        keep:
          - {tags: "main-*", last: 10}
          - {tags: "mr-*", within: 3d}
          - {semver: ">=1.0.0", last: 3, per: minor}
        untagged: {older-than: 7d}
    """

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

func rounded(_ duration: Duration) -> String { "\((seconds(duration) * 1000).rounded() / 1000) s" }

/// The most memory that the program has had so far, in MB.
func peak() throws -> Int {
    let status = String(
        decoding: try FileDescriptor(reading: "/proc/self/status").readAll(limit: 1 << 20), as: UTF8.self)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 / 1024 } ?? 0
}

@main
enum PlannerBenchmark {
    static func main() throws {
        let clock = Pacing.system
        let start = clock.elapsed()
        let repository = try inventory(CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000)
        let made = clock.elapsed()
        guard let policy = try Policy(parsing: Array(text.utf8), file: "berth.yml").repositories.first else {
            fatalError()
        }
        let planner = Planner(policy: policy, evidence: Evidence(), now: now, imagesGoWithLastTag: false)
        let decisions = try planner.decisions(in: repository)
        let decided = clock.elapsed()
        let plan = planner.plan(for: repository, decisions)
        let isFinal = planner.unknowns(in: repository, plan).isEmpty
        let planned = clock.elapsed(), planPeak = try peak()
        let order = DeletionOrder(plan, of: repository)
        let ordered = clock.elapsed()

        print(
            """
            \(repository.tagCount) tags, \(repository.manifestCount) manifests
            inventory \(rounded(made - start)), rules \(rounded(decided - made)), graph \(rounded(planned - decided)), \
            order \(rounded(ordered - planned)); plan \(rounded(planned - made)), \
            peak \(planPeak) MB
            \(order.steps.count) steps, \(plan.tags.count { $0.isDeleted }) tags go, final: \(isFinal)
            """)
    }
}
