//! The files of `config/deploy/`, each with the program it is for: nginx, systemd, tor, Postfix, nftables. What is tried is what
//! `tools/deploy` writes for an operator, on ports and in folders of the test's own.

mod backup;
mod door;
mod down;
mod files;
mod firewall;
mod headers;
mod mail;
mod tls;
mod traces;
mod units;
