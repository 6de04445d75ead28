//! The shipped configuration in a temporary folder, with keys made on the spot: the real kinds and places.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::LazyLock;

use sealed_tip::generate;
use tip_service::config::{Loaded, expected_certs, load};
use tip_service::entropy::Entropy;

/// 2026-11-24 14:10 UTC, the day of the mails in `tip-service/tests/thunderbird`.
pub(crate) const NOW: u64 = 1_795_529_400;

/// The files of the configuration for development, as they are shipped.
pub(crate) const FILES: [(&str, &str); 5] = [
    ("config/dev.toml", include_str!("../../../config/dev.toml")),
    (
        "config/units.toml",
        include_str!("../../../config/units.toml"),
    ),
    (
        "config/kinds.toml",
        include_str!("../../../config/kinds.toml"),
    ),
    (
        "config/places.toml",
        include_str!("../../../config/places.toml"),
    ),
    (
        "site/data/units.toml",
        include_str!("../../../site/data/units.toml"),
    ),
];

/// The configuration as the service reads it.
pub(crate) static LOADED: LazyLock<Loaded> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    furnish(folder.path());
    load(&folder.path().join(FILES[0].0), NOW).expect("the shipped configuration loads")
});

/// Writes everything that the configuration names.
pub(crate) fn furnish(folder: &Path) {
    for inside in ["config", "site/data", "site/public", "var/keys", "var/mail"] {
        fs::create_dir_all(folder.join(inside)).expect("a folder");
    }
    for (name, text) in FILES {
        fs::write(folder.join(name), text).expect("a file");
    }
    let mut chance = Entropy::from_seed([1; 32]).fork();
    let expected = expected_certs(&folder.join(FILES[0].0)).expect("the shipped configuration");
    for (holder, files) in expected {
        for file in files {
            let pair = generate(&holder, NOW - 86_400, None, &mut chance).expect("a key");
            fs::write(&file, pair.cert_armored).expect("a certificate");
            if holder == "service" {
                let secret = file.with_file_name("service.secret.asc");
                fs::write(&secret, pair.secret_armored.as_bytes()).expect("a secret key");
                fs::set_permissions(&secret, Permissions::from_mode(0o600)).expect("ours alone");
            }
        }
    }
}
