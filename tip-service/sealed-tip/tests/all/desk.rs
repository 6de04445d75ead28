//! An officer's desk: a key of ours, and a letter opened with it.

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealed_tip::{
    Cover, SealedLetter, SecretCert, Tip, UnitCert, generate, letter_text, open, seal,
};

use crate::gpg::NOW;

pub(crate) const REFERENCE: &str = "L-2026-0001";

/// A letter nobody can answer.
pub(crate) const COVER: Cover<'_> = Cover {
    reference: REFERENCE,
    reply: None,
};

pub(crate) fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// A key of ours: its secret half and its certificate.
pub(crate) fn own_key(seed: u64) -> (SecretCert, UnitCert) {
    let pair = generate("demo <demo@example.org>", NOW, None, &mut rng(seed)).unwrap();
    (
        SecretCert::parse(&pair.secret_armored).unwrap(),
        UnitCert::parse(&pair.cert_armored, NOW).unwrap(),
    )
}

pub(crate) fn sealed(tip: &Tip, certs: &[&UnitCert]) -> SealedLetter {
    seal(tip, &COVER, certs, NOW, &mut rng(7)).unwrap()
}

/// The letter as the officer's side has it after decryption.
pub(crate) fn entity(tip: &Tip) -> Vec<u8> {
    let (secret, cert) = own_key(1);
    open(sealed(tip, &[&cert]).message(), &[&secret])
        .unwrap()
        .to_vec()
}

pub(crate) fn text(tip: &Tip) -> String {
    letter_text(&entity(tip)).unwrap()
}
