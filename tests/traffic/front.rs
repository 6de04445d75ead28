//! The TLS front: Debian's nginx with a configuration of its own in a temporary folder. Touches no nginx of the machine.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use e2e::machine::{free_port, missing, signal, wait_for};
use e2e::tls::Authority;
use tempfile::TempDir;

/// All visits go to hosts under this name: each has one of its own, so that nothing is kept from one visit to the next, and the
/// server name in the handshake says which visit it is. Chromium takes such names for this machine's.
pub(crate) const DOMAIN: &str = "front.localhost";

/// A running nginx.
pub(crate) struct Front {
    /// The port it speaks TLS on.
    pub(crate) port: u16,
    child: Child,
    _folder: TempDir,
}

impl Front {
    /// Starts one before the service on this port.
    pub(crate) fn start(authority: &Authority, service: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let identity = authority.issue(&format!("*.{DOMAIN}"), folder.path());
        let at = |name: &str| folder.path().join(name).display().to_string();
        // Bodies and answers stay in memory: its workers may not write into the folder.
        let config = format!(
            "daemon off; worker_processes 1; pid {pid}; error_log {log};\n\
             events {{ worker_connections 512; }}\n\
             http {{ access_log off; client_body_buffer_size 1m; proxy_buffers 16 64k; proxy_buffer_size 64k;\n\
             client_body_temp_path {t}/body; proxy_temp_path {t}/proxy; fastcgi_temp_path {t}/f;\n\
             uwsgi_temp_path {t}/u; scgi_temp_path {t}/s;\n\
             server {{ listen 127.0.0.1:{port} ssl; ssl_protocols TLSv1.3; ssl_certificate {certificate};\n\
             ssl_certificate_key {key};\n\
             location / {{ proxy_pass http://127.0.0.1:{service}; proxy_http_version 1.1;\n\
             proxy_set_header Host $http_host; proxy_set_header Connection \"\";\n\
             proxy_set_header X-Forwarded-For $remote_addr; }} }} }}\n",
            pid = at("pid"),
            log = at("log"),
            t = folder.path().display(),
            certificate = identity.certificate.display(),
            key = identity.key.display(),
        );
        std::fs::write(folder.path().join("nginx.conf"), config).expect("written");
        let child = Command::new("/usr/sbin/nginx")
            .args(["-c", &at("nginx.conf"), "-e", &at("log")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| missing(Path::new("nginx"), &error));
        wait_for("nginx", Duration::from_secs(20), || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self {
            port,
            child,
            _folder: folder,
        }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        // Its master ends its workers when it is asked to, not when it is killed.
        signal(&mut self.child, "TERM");
        let _ = self.child.wait();
    }
}
