internal import JSON

/// The keys of a docker config whose values berth reads or hands on, and what docker demands of them.
///
/// docker refuses a whole file for one value of another type, so a job must not be given such a file.
enum ConfigKey {
    private enum Shape {
        case text
        case texts
        case object
        case objectOfTexts
        case objectOfObjects

        var words: String {
            switch self {
            case .text: "text"
            case .texts: "a list of texts"
            case .object: "an object"
            case .objectOfTexts: "an object of texts"
            case .objectOfObjects: "an object of objects"
            }
        }

        /// Whether `value` has the shape; `null` is nothing, in every place.
        func fits(_ value: JSONValue) -> Bool {
            switch (self, value) {
            case (_, .null), (.text, .string), (.object, .object): true
            case (.texts, .array(let elements)): elements.allSatisfy(Shape.text.fits)
            case (.objectOfTexts, .object(let object)): object.members.allSatisfy { Shape.text.fits($0.value) }
            case (.objectOfObjects, .object(let object)): object.members.allSatisfy { Shape.object.fits($0.value) }
            default: false
            }
        }
    }

    /// Entries of `auths` are looked at one by one: a bad one does not spoil the others.
    private static let shapes: [(name: String, shape: Shape)] = [
        ("auths", .object), ("credHelpers", .objectOfTexts), ("credsStore", .text), ("HttpHeaders", .objectOfTexts),
        ("proxies", .objectOfObjects), ("currentContext", .text), ("cliPluginsExtraDirs", .texts),
        ("plugins", .objectOfObjects), ("aliases", .objectOfTexts),
    ]

    /// Spells the known keys as docker writes them.
    ///
    /// Go's decoder finds them in any case, so that a `CredsStore` left as it is would be docker's store.
    static func withDockersSpelling(_ object: JSONObject) -> JSONObject {
        func spelling(_ key: String) -> String {
            shapes.first { ASCII.matches(key.utf8, $0.name.utf8) }?.name ?? key
        }
        guard object.members.contains(where: { spelling($0.key) != $0.key }) else { return object }
        var result = JSONObject()
        for member in object.members { result[spelling(member.key)] = member.value }
        return result
    }

    /// What is wrong with the first value of a wrong type, in words that do not hold it.
    static func firstMistake(in object: JSONObject) -> String? {
        for (name, shape) in shapes {
            if let value = object[name], !shape.fits(value) { return "\"\(name)\" is not \(shape.words)" }
        }
        return nil
    }
}
