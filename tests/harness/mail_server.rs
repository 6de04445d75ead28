//! The configuration of a Postfix that is a mail server for tests: TLS, submission, a Maildir for everybody.

use std::fs;
use std::path::Path;

use crate::install::Install;
use crate::machine::repository;

/// `nobody`: owns the delivered letters; the service's files, too, when replies come by the pipe.
pub const OWNER: u32 = 65534;

/// `main.cf` and its table of Maildirs, for a server in this folder (`etc`, `queue`, `data`, `mail`, `tls`): one for each address with
/// one of these local parts, `inbox` for the others. It wants a `transport` beside them.
pub fn files(root: &Path, names: &[&str]) -> [(&'static str, String); 2] {
    [("main.cf", main_cf(root)), ("maildirs", maildirs(names))]
}

/// These settings with others in their place. One that stood there twice would make postlogd warn itself, and wait for itself.
pub fn replaced(settings: &str, ours: &str) -> String {
    let name = |line: &str| {
        line.split_once('=')
            .map(|(name, _)| name.trim().to_string())
    };
    let new: Vec<String> = ours.lines().filter_map(name).collect();
    let is_old = |line: &&str| !name(line).is_some_and(|name| new.contains(&name));
    let kept = settings.lines().filter(is_old);
    kept.map(|line| format!("{line}\n")).collect::<String>() + ours
}

/// What makes an instance a private one.
pub(crate) fn private(root: &Path) -> String {
    let root = root.display();
    format!(
        "config_directory = {root}/etc\n\
         queue_directory = {root}/queue\n\
         data_directory = {root}/data\n\
         maillog_file = {root}/data/log\n\
         maillog_file_prefixes = {root}\n\
         inet_interfaces = 127.0.0.1\n\
         inet_protocols = ipv4\n\
         queue_run_delay = 1s\n\
         minimal_backoff_time = 1s\n\
         maximal_backoff_time = 2s\n"
    )
}

fn main_cf(root: &Path) -> String {
    let private = private(root);
    let root = root.display();
    format!(
        "compatibility_level = 3.6\n\
         {private}\
         myhostname = localhost.invalid\n\
         mydestination =\n\
         mynetworks = 127.0.0.0/8\n\
         alias_maps =\n\
         alias_database =\n\
         virtual_mailbox_domains = static:all\n\
         virtual_mailbox_base = {root}/mail\n\
         virtual_mailbox_maps = regexp:{root}/etc/maildirs\n\
         transport_maps = regexp:{root}/etc/transport\n\
         virtual_uid_maps = static:{OWNER}\n\
         virtual_gid_maps = static:{OWNER}\n\
         smtpd_tls_cert_file = {root}/tls/server.crt\n\
         smtpd_tls_key_file = {root}/tls/server.key\n\
         smtpd_tls_security_level = encrypt\n\
         smtpd_recipient_restrictions = permit_mynetworks, reject\n"
    )
}

fn maildirs(names: &[&str]) -> String {
    let own = names.iter().map(|name| format!("/^{name}@/ {name}/\n"));
    own.chain(["/./ inbox/\n".to_string()]).collect()
}

/// `config/deploy/postfix/master.cf` with this port, the program under test in its pipe, run by [`OWNER`], and Maildirs.
pub fn master_cf(port: u16, install: Option<&Install>) -> String {
    let path = repository().join("config/deploy/postfix/master.cf");
    let text = fs::read_to_string(path).expect("config/deploy/postfix/master.cf is readable");
    let program = format!("argv={} ", Install::binary().display());
    let config = install.map_or_else(String::new, |at| at.text_path("tip-service.toml"));
    let changes = [
        ("smtp       inet ", format!("127.0.0.1:{port} inet ")),
        ("user=tip-service", "user=nobody".into()),
        ("argv=/usr/bin/tip-service ", program),
        ("@CONFIG@", config),
    ];
    let text = changes.into_iter().fold(text, |text, (old, new)| {
        assert_eq!(text.matches(old).count(), 1, "master.cf: {old}");
        text.replace(old, &new)
    });
    text + "virtual unix - n n - - virtual\n"
}
