//! Delay tickets: whoever is told that nothing beyond the budgets is taken now may press once more after a while.
//! Costs a machine time and a person one press; no puzzle, no script. Stateless: a MAC over the form's name and a
//! coarse time, under that form's day key. Single use, since the form's name is. Must never be stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use super::FormId;
use crate::mac::keyed;

/// Seconds; a ticket's time is no finer.
const GRAIN: u64 = 10;
/// Seconds after which a ticket is worth nothing.
const LIFE: u64 = 900;
const TIME: usize = 8;
const MAC: usize = 16;

/// What a ticket is worth now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// It lets the tip in.
    Ripe,
    /// It will, in this many seconds.
    In(u64),
    /// No ticket of this form, or too old.
    Nothing,
}

/// Writes a ticket for a form; `now` in Unix seconds.
pub(super) fn issue(key: &[u8; 32], form: &FormId, now: u64) -> String {
    let since = (now / GRAIN).to_be_bytes();
    let mut ticket = since.to_vec();
    ticket.extend(mac(key, form, since));
    URL_SAFE_NO_PAD.encode(ticket)
}

/// Looks at a ticket that came back with a form.
pub(super) fn worth(key: &[u8; 32], form: &FormId, ticket: &str, now: u64, ripens: u64) -> Worth {
    read(key, form, ticket).map_or(Worth::Nothing, |since| {
        match now.checked_sub(since.saturating_mul(GRAIN)) {
            Some(age) if age > LIFE => Worth::Nothing,
            Some(age) if age >= ripens => Worth::Ripe,
            Some(age) => Worth::In(ripens - age),
            // The clock went back.
            None => Worth::Nothing,
        }
    })
}

fn read(key: &[u8; 32], form: &FormId, ticket: &str) -> Option<u64> {
    let bytes = URL_SAFE_NO_PAD.decode(ticket).ok()?;
    let since: [u8; TIME] = bytes.get(..TIME)?.try_into().ok()?;
    let genuine: bool = bytes.get(TIME..)?.ct_eq(&mac(key, form, since)).into();
    genuine.then(|| u64::from_be_bytes(since))
}

fn mac(key: &[u8; 32], form: &FormId, since: [u8; TIME]) -> [u8; MAC] {
    let said = [form.as_bytes(), &since].concat();
    let mac = keyed(key, "ticket", &said);
    std::array::from_fn(|i| mac.get(i).copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entropy::Entropy;
    use crate::intake::FormKeys;

    const KEY: [u8; 32] = [5; 32];

    fn form(seed: u8) -> FormId {
        FormId::parse(&FormKeys::new().issue(1, &Entropy::from_seed([seed; 32]))).unwrap()
    }

    #[test]
    fn a_ticket_ripens_once_and_grows_old() {
        let form = form(1);
        let ticket = issue(&KEY, &form, 1_000_007);
        let at = |now| worth(&KEY, &form, &ticket, now, 60);
        assert_eq!(at(1_000_007), Worth::In(53));
        assert_eq!(at(1_000_059), Worth::In(1));
        assert_eq!(at(1_000_060), Worth::Ripe);
        assert_eq!(at(1_000_900), Worth::Ripe);
        assert_eq!(at(1_000_901), Worth::Nothing);
        assert_eq!(at(999_999), Worth::Nothing);
    }

    #[test]
    fn a_ticket_is_worth_nothing_with_another_form_or_under_another_key() {
        let ticket = issue(&KEY, &form(1), 1_000_000);
        assert_eq!(
            worth(&KEY, &form(2), &ticket, 1_000_060, 60),
            Worth::Nothing
        );
        assert_eq!(
            worth(&[6; 32], &form(1), &ticket, 1_000_060, 60),
            Worth::Nothing
        );
        assert_eq!(worth(&KEY, &form(1), &ticket, 1_000_060, 60), Worth::Ripe);
    }

    proptest! {
        #[test]
        fn what_was_not_issued_is_worth_nothing(forged in ".{0,64}", at in 0..40_usize, by in 1..=255_u8) {
            let form = form(1);
            prop_assert_eq!(worth(&KEY, &form, &forged, 1_000_060, 60), Worth::Nothing);
            let mut bytes = URL_SAFE_NO_PAD.decode(issue(&KEY, &form, 1_000_000)).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= by;
            let changed = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(worth(&KEY, &form, &changed, 1_000_060, 60), Worth::Nothing);
        }
    }
}
