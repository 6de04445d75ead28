//! County → township → village: where a tip says something happened.
//!
//! Filled from `config/places.toml` by [`crate::config`], which proves that codes and names are
//! unique. A place chooses the unit a tip goes to. Must never guess a place from anything but what
//! the writer chose or wrote: not from an address, a language or a time.

use serde::Serialize;

/// All counties the service takes tips for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Places {
    /// In the order of the form.
    pub counties: Vec<County>,
}

/// A county or city district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct County {
    /// Six digits: 220421.
    pub code: String,
    /// 东丰县.
    pub name: String,
    /// In the order of the form.
    pub townships: Vec<Township>,
}

/// A township, town or street office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Township {
    /// Nine digits, the first six the county's.
    pub code: String,
    /// 那丹伯镇.
    pub name: String,
    /// In the order of their codes.
    pub villages: Vec<Village>,
}

/// A village or a community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Village {
    /// Twelve digits, the first nine the township's.
    pub code: String,
    /// 永安村.
    pub name: String,
}

impl Places {
    /// Returns the county with this code or exact name.
    pub fn county(&self, code_or_name: &str) -> Option<&County> {
        self.counties
            .iter()
            .find(|county| county.code == code_or_name || county.name == code_or_name)
    }

    /// Returns the township with this code or exact name, and its county.
    pub fn township(&self, code_or_name: &str) -> Option<(&County, &Township)> {
        self.counties.iter().find_map(|county| {
            county
                .townships
                .iter()
                .find(|township| township.code == code_or_name || township.name == code_or_name)
                .map(|township| (county, township))
        })
    }

    /// Returns the village of `township` whose name occurs in `text`, the longest name if several
    /// do （新安村 is not meant by somebody who writes 东新安村）.
    pub fn village_in<'a>(&self, township: &'a Township, text: &str) -> Option<&'a Village> {
        township
            .villages
            .iter()
            .filter(|village| text.contains(&village.name))
            .max_by_key(|village| village.name.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        let village = |code: &str, name: &str| Village {
            code: code.into(),
            name: name.into(),
        };
        Places {
            counties: vec![County {
                code: "220421".into(),
                name: "东丰县".into(),
                townships: vec![Township {
                    code: "220421104".into(),
                    name: "那丹伯镇".into(),
                    villages: vec![
                        village("220421104201", "新安村"),
                        village("220421104202", "东新安村"),
                    ],
                }],
            }],
        }
    }

    #[test]
    fn a_place_is_found_by_code_and_by_name() {
        let places = places();
        assert_eq!(
            places.county("220421").map(|c| c.name.as_str()),
            Some("东丰县")
        );
        assert_eq!(
            places.county("东丰县").map(|c| c.code.as_str()),
            Some("220421")
        );
        assert!(places.county("").is_none());
        let (county, township) = places.township("那丹伯镇").unwrap();
        assert_eq!(
            (county.code.as_str(), township.code.as_str()),
            ("220421", "220421104")
        );
        assert!(places.township("220421").is_none());
    }

    #[test]
    fn the_longest_village_name_in_the_text_wins() {
        let places = places();
        let (_, township) = places.township("220421104").unwrap();
        let found = |text| places.village_in(township, text).map(|v| v.name.as_str());
        assert_eq!(found("东新安村后面的地里"), Some("东新安村"));
        assert_eq!(found("新安村小学旁"), Some("新安村"));
        assert_eq!(found("说不清"), None);
    }
}
