//! The addresses that a client registers for the return from a login.

use sluis_core::address::is_protected;
use url::Url;

/// Why an address cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReturnAddressError {
    /// Not an absolute address.
    #[error("this is not an absolute address")]
    NotAnAddress,
    /// Anybody on the way could read the code.
    #[error("an address to return to begins with `https://`; `http://` only on loopback")]
    NotSecure,
    /// A fragment does not reach the server (RFC 6749, 3.1.2).
    #[error("an address to return to has no fragment")]
    Fragment,
    /// A secret that everybody would see.
    #[error("an address to return to has no user and no password")]
    Credentials,
    /// It would not be equal to itself, sign by sign, after it was read.
    #[error("the address must be written in its normal form, for example with `/` after the host")]
    NotNormal,
}

/// Reads an address that a client wants to register, in the form in which it will send it.
///
/// # Errors
/// When the address is not safe to return to, or would be refused at each login for the way it is written.
pub fn return_address(text: &str) -> Result<Url, ReturnAddressError> {
    let address = Url::parse(text).map_err(|_| ReturnAddressError::NotAnAddress)?;
    if !is_protected(&address) {
        return Err(ReturnAddressError::NotSecure);
    }
    if address.fragment().is_some() {
        Err(ReturnAddressError::Fragment)
    } else if !address.username().is_empty() || address.password().is_some() {
        Err(ReturnAddressError::Credentials)
    } else if address.as_str() != text {
        Err(ReturnAddressError::NotNormal)
    } else {
        Ok(address)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    fn safe_addresses_stay_as_they_are(
        #[values(
            "https://supplier.example/",
            "https://supplier.example:8443/return?tenant=7",
            "http://localhost:3000/return",
            "http://127.0.0.1:3000/return",
            "http://[::1]:3000/return"
        )]
        text: &str,
    ) {
        assert_eq!(return_address(text).map(String::from).as_deref(), Ok(text));
    }

    #[rstest]
    #[case("/return", ReturnAddressError::NotAnAddress)]
    #[case("http://supplier.example/", ReturnAddressError::NotSecure)]
    #[case("http://localhost.supplier.example/", ReturnAddressError::NotSecure)]
    #[case("supplier://return", ReturnAddressError::NotSecure)]
    #[case("javascript:alert(1)", ReturnAddressError::NotSecure)]
    #[case("https://supplier.example/#", ReturnAddressError::Fragment)]
    #[case("https://user@supplier.example/", ReturnAddressError::Credentials)]
    #[case("https://supplier.example", ReturnAddressError::NotNormal)]
    #[case("https://SUPPLIER.example/", ReturnAddressError::NotNormal)]
    #[case("https://supplier.example:443/", ReturnAddressError::NotNormal)]
    #[case(" https://supplier.example/", ReturnAddressError::NotNormal)]
    #[case("https://supplier.example/a/../b", ReturnAddressError::NotNormal)]
    fn other_addresses_are_refused(#[case] text: &str, #[case] error: ReturnAddressError) {
        assert_eq!(return_address(text), Err(error));
    }
}
