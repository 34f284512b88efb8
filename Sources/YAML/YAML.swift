/// A face of libyaml.
public enum YAMLPlaceholder {}
