//! TLS towards the server, by the certificates that the operating system trusts (`SSL_CERT_FILE` names others).

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::storage::error::{Fault, StorageError};

/// A connector that checks the server's certificate and name.
pub(super) fn connector() -> Result<MakeRustlsConnect, StorageError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| StorageError::Unavailable {
            cause: Fault::own(error.to_string()),
        })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
