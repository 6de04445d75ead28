//! The steps, up and down, and what stands in the way of each way down. A step that adds what the schema below cannot hold
//! names it here: it is never dropped while it is needed.

/// One step of a schema.
pub(in crate::store) struct Step {
    /// Takes it.
    pub(super) up: &'static str,
    /// Takes it back. The first has none: below it is no database.
    pub(super) down: Option<&'static str>,
    /// What would be lost with it.
    pub(super) losses: &'static [Loss],
}

/// Rows that the schema below cannot hold, and nothing makes anew.
pub(in crate::store) struct Loss {
    /// Counts them, in the schema of this step and of any above it.
    pub(super) count: &'static str,
    /// What they are, after their number.
    pub(super) what: &'static str,
    /// How they come to be gone.
    pub(super) remedy: &'static str,
}

macro_rules! first {
    ($name:literal) => {
        Step {
            up: include_str!(concat!("../migrations/", $name, ".sql")),
            down: None,
            losses: &[],
        }
    };
}

macro_rules! step {
    ($name:literal, $losses:expr) => {
        Step {
            up: include_str!(concat!("../migrations/", $name, ".sql")),
            down: Some(include_str!(concat!("../migrations/", $name, ".down.sql"))),
            losses: $losses,
        }
    };
}

pub(super) const SQLITE: &[Step] = &[
    first!("sqlite/0001_tips"),
    step!("sqlite/0002_way_back", WAY_BACK),
    step!("sqlite/0003_batches", BATCHES),
    step!("sqlite/0004_keeper", &[]),
    step!("sqlite/0005_slot", &[]),
];

pub(super) const POSTGRES: &[Step] = &[first!("postgres/0001_tips")];

const WAIT: &str = "let nothing new in (stop nginx and tor), let letters leave and mailboxes end, tip-service purge";

const WAY_BACK: &[Loss] = &[
    Loss {
        count: "SELECT count(*) FROM mailbox WHERE length(shred_key) > 0 OR read_number > 0",
        what: "mailboxes, which their holders could no longer read · 个信箱，回执的主人再也打不开",
        remedy: WAIT,
    },
    Loss {
        count: "SELECT count(*) FROM thread",
        what: "threads, to which units could no longer reply · 条来往，单位再也回不了",
        remedy: WAIT,
    },
    Loss {
        count: "SELECT count(*) FROM entry",
        what: "messages in mailboxes · 条信箱里的话",
        remedy: WAIT,
    },
    Loss {
        count: "SELECT count(*) FROM outbox WHERE length(thread_id) > 0 AND length(sealed) > 0",
        what: "letters with a reply address · 封带回信地址的信",
        remedy: WAIT,
    },
    Loss {
        count: "SELECT count(*) FROM seen",
        what: "replies that would count a second time · 封回信会再算一次",
        remedy: "they are forgotten 45 days after they came: tip-service purge then",
    },
    Loss {
        count: "SELECT count(*) FROM counter",
        what: "numbers of the public statistics · 个公布过的统计数",
        remedy: "keep them elsewhere (sqlite3 FILE '.dump counter'), then DELETE FROM counter by hand",
    },
];

const BATCHES: &[Loss] = &[Loss {
    count: "SELECT count(*) FROM outbox WHERE length(batch_id) > 0 AND length(sealed) > 0",
    what: "letters that went together in one mail, which would not be known if it came back · 封同一封邮件里寄的信，退回来就认不出",
    remedy: "let letters leave, wait until they are emptied (delivery.keep_delivered_days), tip-service purge",
}];
