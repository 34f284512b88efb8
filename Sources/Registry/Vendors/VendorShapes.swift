internal import JSON

extension VendorClient {
    /// The list that `node` has to be.
    ///
    /// What answers in another shape, a newer version or something in front of the server, must not look like an empty
    /// list: by that, all that is there would lead nowhere.
    ///
    /// - Parameters:
    ///   - node: The answer, or the member of it that is the list; `nil` where there is no such member.
    ///   - what: What cannot be done without it.
    ///   - allowsNull: Whether the vendor may write an empty list as `null`, as programs in Go do.
    /// - Returns: The list.
    /// - Throws: `RegistryError` of the kind `protocolViolation` where it is missing, or no list.
    func array(
        _ node: JSONNode?, _ what: String, allowsNull: Bool = false
    ) throws(RegistryError) -> JSONNode {
        guard let node, node.isArray || allowsNull && node.isNull else {
            throw RegistryError(
                .protocolViolation, "\(what): what \(name) answers has no list in the place where it belongs",
                hint: "does \(base) lead to \(name)?")
        }
        return node
    }
}
