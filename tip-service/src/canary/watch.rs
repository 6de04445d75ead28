//! What the service says of itself on `/metrics`, where the canary may read it: keys that will expire, a store that is full,
//! letters that wait for the operator. Looks at nothing that tells of a single tip.

use super::step::{Fault, Step};

const PREFIX: &str = "tip_service_";

/// Every gauge that is not as it should be.
pub(super) fn faults(metrics: &str, key_days: u64) -> Vec<Fault> {
    let lines = metrics.lines().filter_map(|line| line.strip_prefix(PREFIX));
    let gauges: Vec<(&str, u64)> = lines
        .filter_map(|line| line.rsplit_once(' '))
        .filter_map(|(name, value)| Some((name, value.parse().ok()?)))
        .collect();
    if !gauges.iter().any(|(name, _)| *name == "store_ok") {
        return vec![Step::Service.fault("metrics_url 不是本服务的 · is not of this service")];
    }
    let wrong = |(name, value): &(&str, u64)| wrong(name, *value, key_days);
    gauges.iter().filter_map(wrong).collect()
}

fn wrong(name: &str, value: u64, key_days: u64) -> Option<Fault> {
    let (gauge, unit) = name.split_once("{unit=\"").unwrap_or((name, ""));
    let unit = unit.trim_end_matches("\"}");
    Some(match (gauge, value) {
        ("store_ok", 0) => Step::Service.fault("存不下新举报 · no tip could be kept"),
        ("letters_parked", 1..) => {
            Step::Service.fault("有信停放，等人处理 · letters are parked and wait for the operator")
        }
        ("service_key_ok", 0) => {
            Step::Keys.fault("服务自己的证书不能用 · the service's own certificate cannot be used")
        }
        ("unit_open", 0) => Step::Keys.fault(format!("{unit}: 已关闭 · its form is closed")),
        ("unit_key_days", days) if days < key_days => Step::Keys.fault(format!(
            "{unit}: 钥匙还有 {days} 天 · its key ends in {days} days"
        )),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL: &str = "# HELP tip_service_store_ok 1 if\n# TYPE tip_service_store_ok gauge\n\
        tip_service_store_ok 1\ntip_service_letters_parked 0\ntip_service_service_key_ok 1\n\
        tip_service_unit_open{unit=\"city\"} 1\ntip_service_unit_key_days{unit=\"city\"} 30\n";

    #[test]
    fn a_service_that_is_well_has_no_fault_and_each_gauge_that_is_wrong_is_one() {
        assert_eq!(faults(WELL, 30), []);
        for (old, new, step) in [
            ("store_ok 1\n", "store_ok 0\n", Step::Service),
            ("parked 0", "parked 1", Step::Service),
            ("key_ok 1", "key_ok 0", Step::Keys),
            ("open{unit=\"city\"} 1", "open{unit=\"city\"} 0", Step::Keys),
            ("\"} 30", "\"} 29", Step::Keys),
        ] {
            let found = faults(&WELL.replace(old, new), 30);
            assert_eq!(found.len(), 1, "{new}");
            assert_eq!(found[0].step, step, "{new}");
        }
        assert_eq!(faults("<html>", 30).len(), 1, "another page");
    }
}
