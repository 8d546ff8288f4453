//! An authority and certificates for a cluster that has none of its own: P-256, for as many days as are asked for.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use chrono::{DateTime, Duration, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

use crate::{ClusterError, tls};

pub const AUTHORITY: &str = "authority.pem";
/// The gateway's, to sign what it says of a request.
pub const TOKEN_KEY: &str = "token.key";
/// Everybody's, to believe it.
pub const TOKEN_PUBLIC: &str = "token.pem";

fn failed(error: impl ToString) -> ClusterError {
    ClusterError::Certificates(error.to_string())
}

/// Writes `authority.pem`, `token.key`, `token.pem` and for each process `NAME.pem` and `NAME.key` into the folder. The
/// authority's own key is not kept: who needs more makes all anew.
///
/// # Errors
/// When a file cannot be written.
pub fn make(
    folder: &Path,
    processes: &[(String, Vec<String>)],
    now: DateTime<Utc>,
    days: i64,
) -> Result<(), ClusterError> {
    fs::create_dir_all(folder).map_err(|error| ClusterError::file("folder", folder, error))?;
    let (from, until) = (now - Duration::hours(1), now + Duration::days(days));
    let period = |params: &mut CertificateParams| {
        params.not_before = rcgen::date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(seconds(from));
        params.not_after = rcgen::date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(seconds(until));
    };
    let authority_key = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::new(Vec::new()).map_err(failed)?;
    params.distinguished_name.push(DnType::CommonName, "Sve Tu cluster");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    period(&mut params);
    let authority = params.self_signed(&authority_key).map_err(failed)?;
    write(folder, AUTHORITY, &authority.pem())?;
    let issuer = Issuer::new(params, authority_key);
    for (name, roles) in processes {
        let key = KeyPair::generate().map_err(failed)?;
        let names: Vec<String> = roles.iter().map(|role| tls::name_of(role)).collect();
        let mut params = CertificateParams::new(names).map_err(failed)?;
        params.distinguished_name.push(DnType::CommonName, name.as_str());
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        period(&mut params);
        let certificate = params.signed_by(&key, &issuer).map_err(failed)?;
        write(folder, &format!("{name}.pem"), &certificate.pem())?;
        write(folder, &format!("{name}.key"), &key.serialize_pem())?;
    }
    let token = KeyPair::generate().map_err(failed)?;
    write(folder, TOKEN_KEY, &token.serialize_pem())?;
    write(folder, TOKEN_PUBLIC, &token.public_key_pem())
}

fn seconds(at: DateTime<Utc>) -> u64 {
    u64::try_from(at.timestamp()).unwrap_or(0)
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), ClusterError> {
    let path = folder.join(name);
    let written = fs::OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| ClusterError::file("folder", &path, error))
}
