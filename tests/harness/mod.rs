//! Starts the real things for the stories: the real binary, the real built site, real mail servers,
//! GnuPG itself and a real browser. It never imitates any of them, and it skips nothing: what is
//! missing on the machine fails the test with the hint to run `make setup`.

pub mod browser;
pub mod canary;
pub mod cases;
pub mod curl;
pub mod database;
pub mod deploy;
pub mod dialogue;
pub mod disk;
pub mod flood;
pub mod form;
pub mod gpg;
pub mod http;
pub mod inspect;
pub mod install;
pub mod ledger;
pub mod letter;
pub mod machine;
pub mod mail_server;
pub mod maildir;
pub mod nginx;
pub mod officer;
pub mod page;
pub mod picture;
pub mod pipe;
pub mod postfix;
pub mod postgres;
pub mod power;
pub mod service;
pub mod site;
pub mod smtp;
pub mod tap;
pub mod tls;
