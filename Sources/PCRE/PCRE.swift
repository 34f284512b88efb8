/// A face of PCRE2.
public enum PCREPlaceholder {}
