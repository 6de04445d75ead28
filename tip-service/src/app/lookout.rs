//! What changes under a running service without its doing: the machine's clock, the key files. Must never act on
//! what it sees: the operator is told, and what would be deleted by a doubtful clock waits.

use std::path::PathBuf;

/// Seconds by which the clock may differ from what has passed: more, and somebody has set it.
const JUMP: u64 = 6 * 3600;

/// Seconds for which nothing is deleted after the clock was set: time to notice, and to set it right.
const REST: u64 = 24 * 3600;

/// Compares the clock with the time that has passed.
pub(super) struct Steadiness {
    unix: u64,
    steady: u64,
    rest_until: u64,
}

impl Steadiness {
    pub(super) fn at(unix: u64, steady: u64) -> Self {
        Self {
            unix,
            steady,
            rest_until: 0,
        }
    }

    /// How the clock goes. To be asked often.
    pub(super) fn pace(&mut self, unix: u64, steady: u64) -> Pace {
        let expected = self.unix + steady.saturating_sub(self.steady);
        (self.unix, self.steady) = (unix, steady);
        if unix.abs_diff(expected) > JUMP {
            self.rest_until = steady + REST;
            Pace::JustSet
        } else if steady < self.rest_until {
            Pace::Doubtful
        } else {
            Pace::Sound
        }
    }
}

/// How the machine's clock goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// As time goes.
    Sound,
    /// Somebody has set it since the last look.
    JustSet,
    /// Somebody has set it not long ago.
    Doubtful,
}

/// The certificate files as they were when the service read them.
pub(super) struct KeyFiles(Vec<KeyFile>);

struct KeyFile {
    unit: String,
    path: PathBuf,
    loaded: Option<Vec<u8>>,
    /// Whether the last look found it changed.
    changed: bool,
}

impl KeyFiles {
    pub(super) fn read(files: &[(String, PathBuf)]) -> Self {
        let read = |(unit, path): &(String, PathBuf)| KeyFile {
            unit: unit.clone(),
            path: path.clone(),
            loaded: std::fs::read(path).ok(),
            changed: false,
        };
        Self(files.iter().map(read).collect())
    }

    /// Tells of each file that is not what it was. The service goes on with what it has loaded.
    pub(super) fn look(&mut self) {
        for file in &mut self.0 {
            let now = std::fs::read(&file.path).ok();
            let changed = now != file.loaded;
            if changed && !file.changed {
                let what = if now.is_some() { "changed" } else { "gone" };
                tracing::error!(
                    unit = %file.unit,
                    what,
                    "ALARM: a certificate file is not what it was; letters are still sealed to the old one. Who did it? A restart takes the new one"
                );
            }
            file.changed = changed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 24 * 3600;

    #[test]
    fn a_clock_that_goes_as_time_goes_is_sound_also_after_a_stop_of_an_hour() {
        let mut clock = Steadiness::at(1000 * DAY, 1);
        assert_eq!(clock.pace(1000 * DAY + 60, 61), Pace::Sound);
        let after_a_stop = clock.pace(1000 * DAY + 3600, 121);
        assert_eq!(after_a_stop, Pace::Sound, "a suspended machine");
    }

    #[test]
    fn a_clock_that_was_set_is_not_believed_for_a_day_whichever_way() {
        for set_to in [900 * DAY, 1400 * DAY] {
            let mut clock = Steadiness::at(1000 * DAY, 1);
            assert_eq!(clock.pace(set_to, 61), Pace::JustSet);
            assert_eq!(clock.pace(set_to + DAY - 60, DAY + 1), Pace::Doubtful);
            assert_eq!(clock.pace(set_to + DAY, DAY + 61), Pace::Sound);
        }
    }
}
