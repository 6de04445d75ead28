//! What all programs share.

#[doc(hidden)]
pub use libfuzzer_sys;

use std::collections::BTreeSet;
use std::panic::{Location, set_hook};
use std::sync::{Mutex, PoisonError};

/// The program of a target.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(init: $crate::tell_panics_once(), |data: &[u8]| {
            fuzz::run($name, data);
        });
    };
}

/// libFuzzer's own hook ends the program at any panic, also at one that the parser catches by itself, which is what
/// it is there to do. Here each is told once, and one that nobody catches still ends the program.
pub fn tell_panics_once() {
    let told = Mutex::new(BTreeSet::new());
    set_hook(Box::new(move |panic| {
        let place = panic
            .location()
            .map(Location::to_string)
            .unwrap_or_default();
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.insert(place) {
            eprintln!("PANIC: {panic}");
        }
    }));
}
