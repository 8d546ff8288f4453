//! TLS 1.3 only, with the hybrid post-quantum key exchange preferred.

use std::{path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::TLS13,
};

use crate::config::{GatewayError, TlsFiles};

pub const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";

/// The provider's groups begin with X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem): who records today cannot read with a quantum
/// computer tomorrow. Who does not know it gets X25519.
pub fn configure(files: &TlsFiles) -> Result<Arc<ServerConfig>, GatewayError> {
    let pem = |key, path: &Path, cause: String| GatewayError::Pem { key, path: path.to_owned(), cause };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| pem("door.tls_certificate", &files.certificate, error.to_string()))?;
    if chain.is_empty() {
        return Err(pem("door.tls_certificate", &files.certificate, "holds no certificate".to_owned()));
    }
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| pem("door.tls_key", &files.key, error.to_string()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
    // Early data can be replayed by who recorded it.
    config.max_early_data_size = 0;
    Ok(Arc::new(config))
}
