//! The mail server that the operator has an account at, and the units their mailboxes: a second Postfix in the root, which takes
//! mail by TLS and password alone, and finds the service's own Postfix by its MX record.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::time::Duration;

use e2e::machine::wait_for;
use e2e::mail_server::{OWNER, files, master_cf, replaced};
use e2e::tls::Authority;

use crate::document::PASSWORD;
use crate::root::{Network, Root};

/// Where it lies.
const FOLDER: &str = "/srv/provider";
/// Its name, as in the certificate.
pub(crate) const NAME: &str = "smtp.rehearsal.test";

/// Prepares it and starts it.
pub(crate) fn start(root: &Root, authority: &Authority) {
    let at = root.path("srv/provider");
    for name in ["etc", "queue", "data", "mail", "tls"] {
        std::fs::create_dir_all(at.join(name)).expect("a folder");
    }
    std::fs::set_permissions(&at, PermissionsExt::from_mode(0o755)).expect("permissions");
    chown(at.join("mail"), Some(OWNER), Some(OWNER)).expect("an owner");
    authority.issue(NAME, &at.join("tls"));
    for (name, text) in files(FOLDER.as_ref(), &["dongfeng"]) {
        let text = if name == "main.cf" {
            replaced(&text, &settings())
        } else {
            text
        };
        root.write(&format!("srv/provider/etc/{name}"), text);
    }
    root.write("srv/provider/etc/master.cf", master_cf(587, None));
    root.write(
        "srv/provider/etc/transport",
        "/@tips\\.rehearsal\\.test$/ smtp:\n",
    );
    root.say(&format!(
        "echo {PASSWORD} | saslpasswd2 -p -c -u {NAME} tips\n\
         chown -R postfix {FOLDER}/data /etc/sasldb2\n\
         postfix -c {FOLDER}/etc check && postfix -c {FOLDER}/etc start"
    ));
}

/// Beside those of a mail server of the stories.
fn settings() -> String {
    format!(
        "myhostname = {NAME}\n\
         smtpd_sasl_auth_enable = yes\n\
         smtpd_sasl_path = smtpd\n\
         smtpd_sasl_local_domain = {NAME}\n\
         smtpd_tls_auth_only = yes\n\
         smtpd_recipient_restrictions = permit_sasl_authenticated, reject\n\
         smtp_tls_security_level = encrypt\n"
    )
}

/// The mailbox of 东丰县.
pub(crate) fn maildir(root: &Root) -> PathBuf {
    root.path("srv/provider/mail/dongfeng")
}

/// Sends a mail as an officer's mail program does: by TLS, with name and password.
pub(crate) fn submit(root: &Root, from: &str, to: &str, mail: &[u8]) {
    let line = format!(
        "curl -sS --ssl-reqd smtp://{NAME}:587 --user tips:{PASSWORD} --mail-from '{from}' --mail-rcpt '{to}' --upload-file -"
    );
    let mail = String::from_utf8(mail.to_vec()).expect("a mail in ASCII or UTF-8");
    // Right after its start it may not listen yet.
    wait_for(
        "the mail server to take a mail",
        Duration::from_secs(30),
        || {
            let done = root.enter(&line, &mail, Network::Own, "/root");
            done.status.success().then_some(())
        },
    );
}
