/// The version of this package, of its command and its C library: the one place where it stands.
package let packageVersion = "0.1.0"
