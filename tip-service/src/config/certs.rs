//! The certificates of one unit: which files, what is in them, and whether they are the published
//! ones.
//!
//! Lapsed or missing closes the unit; wrong by configuration refuses the start. Must never drop a
//! certificate and go on with the rest, nor take a fingerprint on trust.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use sealed_tip::UnitCert;

use super::check;
use super::error::{ConfigError, Fault};
use super::file::tidy;
use super::units::{Halves, PrivateUnit, PublicUnit};

impl Halves<'_> {
    /// The unit's certificate files with their keys, less those that are badly named.
    pub(super) fn cert_names<'p>(
        &self,
        index: usize,
        private: &'p PrivateUnit,
        errors: &mut Vec<ConfigError>,
    ) -> Vec<(String, &'p str)> {
        let mut names: Vec<(String, &str)> = Vec::new();
        let list = format!("unit[{index}].certs");
        let mut wrong = |key: &str, fault, why: &str| {
            let hint =
                "name the files in the folder of registers.keys: certs = [\"city.cert.asc\"]";
            errors.push(self.private_file.error(key, fault, why, hint));
        };
        if private.certs.is_empty() {
            wrong(&list, Fault::Value, "must name at least one certificate");
        }
        for (number, name) in private.certs.iter().enumerate() {
            let key = format!("{list}[{number}]");
            if !check::is_file_name(name) {
                wrong(
                    &key,
                    Fault::Value,
                    "must be the name of a file, without a folder",
                );
            } else if names.iter().any(|(_, other)| other == name) {
                wrong(
                    &key,
                    Fault::Duplicate,
                    &format!("\"{name}\" is there twice"),
                );
            } else {
                names.push((key, name));
            }
        }
        names
    }

    /// Returns the certificate, or why it has lapsed.
    pub(super) fn cert(
        &self,
        key: &str,
        name: &str,
    ) -> Result<Result<UnitCert, String>, ConfigError> {
        let path = self.keys.join(name);
        let refuse = |why: String, hint: &str| {
            let why = format!("{}: {why}", tidy(&path).display());
            Err(self.private_file.error(key, Fault::Certificate, why, hint))
        };
        let armored = match std::fs::read_to_string(&path) {
            Ok(armored) => armored,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Err(format!("certificate file {name} is missing")));
            }
            Err(error) => {
                return refuse(error.to_string(), "check the file's owner and permissions");
            }
        };
        match UnitCert::parse(&armored, self.now) {
            Ok(cert) => Ok(Ok(cert)),
            Err(error) if error.is_lapse() => Ok(Err(format!("certificate {name}: {error}"))),
            Err(error) => {
                // The certificate's own complaint brings its hint along.
                let said = error.to_string();
                let (why, hint) = said.split_once("; hint: ").unwrap_or((
                    &said,
                    "ask the unit for its public certificate: gpg --armor --export FINGERPRINT",
                ));
                refuse(why.to_owned(), hint)
            }
        }
    }

    /// Published fingerprints must be those of the certificates; none may be published yet.
    pub(super) fn fingerprints(
        &self,
        place: usize,
        public: &PublicUnit,
        certs: &[UnitCert],
        whole: bool,
    ) -> Option<ConfigError> {
        let bare = |text: &str| text.replace([' ', ':'], "").to_ascii_uppercase();
        let key = format!("unit[{place}].fingerprints");
        let odd = public.fingerprints.iter().position(|text| {
            let text = bare(text);
            !matches!(text.len(), 40 | 64) || !text.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        if let Some(odd) = odd {
            return Some(self.public_file.error(
                format!("{key}[{odd}]"),
                Fault::Value,
                "must be a fingerprint: 40 or 64 hexadecimal digits",
                "gpg --fingerprint prints it",
            ));
        }
        let published: BTreeSet<String> = public.fingerprints.iter().map(|f| bare(f)).collect();
        let held: BTreeSet<String> = certs.iter().map(|cert| bare(&cert.fingerprint())).collect();
        if published.is_empty() || !whole || published == held {
            return None;
        }
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
        Some(self.public_file.error(
            key,
            Fault::Certificate,
            format!(
                "published are {}, the certificates have {}",
                list(&published),
                list(&held)
            ),
            "find out whose key has changed before you mend either side: it may have been swapped",
        ))
    }
}
