//! The units that act on tips, and which of them a tip goes to.
//!
//! Filled by [`crate::config`], which proves that the routing table is total and that a tip about
//! officials never reaches the unit it may be about. Must never fall back: a unit whose certificate
//! cannot be used is closed, not served with fewer certificates or with plain mail. Hours of duty choose between two
//! units, both of them proven.

mod duty;
mod register;

use std::fmt;

use sealed_tip::UnitCert;

pub use duty::{Duty, WEEKDAYS};
pub use register::{Register, Route};

/// One unit: its public facts and its keys.
pub struct Unit {
    /// ASCII, stable: `dongfeng`.
    pub id: String,
    /// The name the public reads.
    pub name: String,
    /// The area it answers for, in words.
    pub area: String,
    /// Whom to ring when its form is closed.
    pub telephone: String,
    /// Where its letters go.
    pub mail: String,
    /// Every officer's certificate; a letter is encrypted to all of them.
    pub certs: Vec<UnitCert>,
    /// Why its certificates could not be used when the service started.
    pub lapse: Option<String>,
    /// The unit that is told when this one does not react (its id).
    pub supervisor: Option<String>,
    /// Takes replies that are signed but not encrypted.
    pub unencrypted_replies: bool,
    /// When it gets new tips; `None`: round the clock.
    pub duty: Option<Duty>,
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unit")
            .field("id", &self.id)
            .field("lapse", &self.lapse)
            .finish_non_exhaustive()
    }
}

impl Unit {
    /// Says whether a letter can be sealed to this unit at `now` (Unix seconds).
    ///
    /// All certificates must pass: skipping a bad one would silently shut out the officer it
    /// belongs to.
    ///
    /// # Errors
    /// The reason, in words for the operator, never for the public.
    pub fn usable(&self, now: u64) -> Result<(), String> {
        if let Some(lapse) = &self.lapse {
            return Err(lapse.clone());
        }
        if self.certs.is_empty() {
            return Err("it has no certificate".to_owned());
        }
        for cert in &self.certs {
            cert.check(now)
                .map_err(|error| format!("certificate {}: {error}", cert.fingerprint()))?;
        }
        Ok(())
    }

    /// Whole days until the first of its certificates expires; `None`: none does.
    #[must_use]
    pub fn key_days(&self, now: u64) -> Option<u64> {
        let left = self.certs.iter().filter_map(|cert| cert_days(cert, now));
        left.min()
    }
}

/// Whole days until a certificate expires, from `now` (Unix seconds); 0 when it has. `None`: it never does.
#[must_use]
pub fn cert_days(cert: &UnitCert, now: u64) -> Option<u64> {
    let end = cert.expires()?;
    Some(end.saturating_sub(now) / 86_400)
}

/// The robot unit's id: it answers the canary and hears of nothing else.
pub const ROBOT: &str = "canary";

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    pub(in crate::units) fn unit(id: &str) -> Arc<Unit> {
        Arc::new(Unit {
            id: id.into(),
            name: id.into(),
            area: "全市".into(),
            telephone: "110".into(),
            mail: format!("{id}@example.invalid"),
            certs: Vec::new(),
            lapse: None,
            supervisor: None,
            unencrypted_replies: false,
            duty: None,
        })
    }

    #[test]
    fn a_unit_without_a_usable_certificate_is_closed() {
        assert!(unit("city").usable(0).is_err());
        let lapsed = Unit {
            lapse: Some("no certificate file".into()),
            ..Arc::into_inner(unit("city")).unwrap()
        };
        assert_eq!(lapsed.usable(0), Err("no certificate file".into()));
    }
}
