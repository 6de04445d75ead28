//! A tap on the way to the service: relays every connection and keeps what went up, as somebody would who had taken the server
//! over and listened at the service's own door.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A port of its own before a service's.
pub struct Tap {
    /// Where a browser goes.
    pub port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Tap {
    /// Listens before the service at `port`, for as long as the process lives.
    pub fn on(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let own = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let keep = heard.clone();
        thread::spawn(move || {
            for visitor in listener.incoming().flatten() {
                let keep = keep.clone();
                thread::spawn(move || relay(visitor, port, &keep));
            }
        });
        Self { port: own, heard }
    }

    /// Every byte that went to the service so far.
    pub fn heard(&self) -> Vec<u8> {
        self.heard.lock().expect("nobody panicked").clone()
    }

    /// Whether this is among them.
    pub fn heard_of(&self, what: &[u8]) -> bool {
        self.heard().windows(what.len()).any(|heard| heard == what)
    }
}

/// Both ways until either side ends; an error is an end.
fn relay(mut visitor: TcpStream, port: u16, keep: &Mutex<Vec<u8>>) {
    let Ok(mut service) = TcpStream::connect(("127.0.0.1", port)) else {
        return;
    };
    let (Ok(mut down), Ok(mut back)) = (service.try_clone(), visitor.try_clone()) else {
        return;
    };
    thread::spawn(move || {
        let _ = std::io::copy(&mut down, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut piece = [0; 16 << 10];
    while let Ok(count @ 1..) = visitor.read(&mut piece) {
        keep.lock()
            .expect("nobody panicked")
            .extend_from_slice(&piece[..count]);
        if service.write_all(&piece[..count]).is_err() {
            break;
        }
    }
    let _ = service.shutdown(Shutdown::Write);
}
