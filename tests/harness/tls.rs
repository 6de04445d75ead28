//! A certificate authority that lives as long as the test, and certificates of servers under it.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// A certificate authority of the test's own.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// A server's certificate and key, as files.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate, PEM.
    pub certificate: PathBuf,
    /// The key, PEM.
    pub key: PathBuf,
}

impl Authority {
    /// Makes one.
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        // Named apart from its servers: OpenSSL takes an issuer of the subject's name for the subject.
        let name = "authority of the stories";
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate").pem();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
        }
    }

    /// Writes the authority's own certificate: what the service is told to trust.
    pub fn write(&self, path: &Path) {
        std::fs::write(path, &self.certificate).expect("the certificate is written");
    }

    /// Issues a certificate for a host name, as files in `folder`.
    pub fn issue(&self, host: &str, folder: &Path) -> Identity {
        let mut params = CertificateParams::new(vec![host.to_string()]).expect("a host name");
        params.distinguished_name.push(DnType::CommonName, host);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().expect("a key");
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("a certificate")
            .pem();
        let identity = Identity {
            certificate: folder.join("server.crt"),
            key: folder.join("server.key"),
        };
        std::fs::write(&identity.certificate, certificate).expect("the certificate is written");
        std::fs::write(&identity.key, key.serialize_pem()).expect("the key is written");
        identity
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
