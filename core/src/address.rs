//! Addresses at which nobody on the way can listen in. There is one rule for all of them, and it is here.

use std::net::IpAddr;

use url::Url;

/// Whether nobody on the way can read or change what is sent to this address: `https`, or `http` within one machine.
pub fn is_protected(address: &Url) -> bool {
    match (address.scheme(), address.host_str()) {
        ("https", Some(_)) => true,
        ("http", Some(host)) => is_this_machine(host),
        _ => false,
    }
}

/// Whether a host is this very machine: `localhost`, or an address of the loopback network. INVARIANT: a name below
/// `localhost` is not, since not every resolver keeps it here.
pub fn is_this_machine(host: &str) -> bool {
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let address = literal.unwrap_or(host).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_very_machine_are_protected() {
        for (text, protected) in [
            ("https://school.example/uwlr", true),
            ("https://127.0.0.1", true),
            ("http://localhost:8080", true),
            ("http://127.0.0.1:1234/a", true),
            ("http://127.8.9.10", true),
            ("http://[::1]:8080/", true),
            ("http://LOCALHOST", true),
            ("http://school.example", false),
            ("http://a.localhost", false),
            ("http://localhost.school.example", false),
            ("http://127.0.0.1.school.example", false),
            ("http://10.0.0.1", false),
            ("http://[::2]", false),
            ("http://[::ffff:127.0.0.1]", false),
            ("ftp://localhost", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(is_protected(&Url::parse(text).unwrap()), protected, "`{text}`");
        }
    }
}
