//! Who is who among processes: certificates of one authority, a name for each role (mutual TLS 1.3, RFC 8446).

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
    version::TLS13,
};
use svetu_kernel::Timestamp;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use crate::ClusterError;

/// Behind a role's name in its certificate: never a name of the DNS.
const DOMAIN: &str = ".svetu.internal";
const HTTP_2: &[u8] = b"h2";

/// As certificates name a role.
pub fn name_of(role: &str) -> String {
    format!("{role}{DOMAIN}")
}

/// PEM files of this process.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// With the names of all roles of the process; the chain follows it.
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Who signed everybody's certificate.
    pub authority: PathBuf,
}

/// What this process shows, and whom it believes. Files are read once.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub(crate) server: Arc<ServerConfig>,
    pub(crate) client: ClientConfig,
    expires_at: Timestamp,
}

impl Credentials {
    /// # Errors
    /// The key of the setting, its file, and what is wrong with it.
    pub fn load(files: &TlsFiles) -> Result<Self, ClusterError> {
        let provider: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        for certificate in certificates("cluster.authority", &files.authority)? {
            roots.add(certificate).map_err(|error| ClusterError::file("cluster.authority", &files.authority, error))?;
        }
        let roots = Arc::new(roots);
        let chain = certificates("cluster.certificate", &files.certificate)?;
        let expires_at = chain.first().and_then(expiry_of).ok_or_else(|| {
            ClusterError::file("cluster.certificate", &files.certificate, "the first certificate in it cannot be read")
        })?;
        let key = || {
            PrivateKeyDer::from_pem_file(&files.key)
                .map_err(|error| ClusterError::file("cluster.key", &files.key, error))
        };
        let unfit = |error: rustls::Error| ClusterError::file("cluster.certificate", &files.certificate, error);
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
            .build()
            .map_err(|error| ClusterError::file("cluster.authority", &files.authority, error))?;
        let mut server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13])
            .map_err(unfit)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain.clone(), key()?)
            .map_err(unfit)?;
        server.alpn_protocols = vec![HTTP_2.to_vec()];
        // Of which ALPN is hyper-rustls' own to say.
        let client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])
            .map_err(unfit)?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key()?)
            .map_err(unfit)?;
        Ok(Self { server: Arc::new(server), client, expires_at })
    }

    /// From then on nobody believes this process any more.
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

fn certificates(key: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, ClusterError> {
    let unreadable = |error: rustls::pki_types::pem::Error| ClusterError::file(key, path, error);
    let all: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).map_err(unreadable)?.collect();
    let all = all.map_err(unreadable)?;
    if all.is_empty() {
        return Err(ClusterError::file(key, path, "there is no certificate in it"));
    }
    Ok(all)
}

fn expiry_of(certificate: &CertificateDer<'static>) -> Option<Timestamp> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    Timestamp::from_timestamp(certificate.validity().not_after.timestamp(), 0)
}

/// The roles that a certificate names. Its signature was checked by the handshake.
pub fn roles_of(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return Vec::new() };
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
    let roles = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => name.strip_suffix(DOMAIN).map(str::to_owned),
        _ => None,
    });
    roles.collect()
}
