//! A plain HTTP/1.1 client on `std::net`: keep-alive, chunked and gzip answers, and raw bytes for
//! the hostile cases. It adds nothing of its own to a request, so a test knows what it sent.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use flate2::read::GzDecoder;
use socket2::{Domain, Socket, Type};

use crate::page::Page;

/// One visitor: an address to talk to, headers sent with every request, one kept connection.
pub struct Client {
    address: SocketAddr,
    from: Option<Ipv4Addr>,
    headers: Vec<(String, String)>,
    connection: Option<BufReader<TcpStream>>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, with their values, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// Bytes on the wire: status line, headers, body as sent.
    pub wire: usize,
}

impl Client {
    /// A visitor of the service at 127.0.0.1:`port`.
    pub fn new(port: u16) -> Self {
        let address = ([127, 0, 0, 1], port).into();
        Self {
            address,
            from: None,
            headers: Vec::new(),
            connection: None,
        }
    }

    /// The same visitor at another address of the loopback network (127.0.0.0/8).
    pub fn at(mut self, address: [u8; 4]) -> Self {
        self.from = Some(address.into());
        self
    }

    /// Sends this header with every request from now on.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// `GET path`; fails the test when no whole answer comes.
    pub fn get(&mut self, path: &str) -> Answer {
        self.try_send("GET", path, None)
            .unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    /// `POST path` with a body of this type; fails the test when no whole answer comes.
    pub fn post(&mut self, path: &str, content_type: &str, body: &[u8]) -> Answer {
        self.try_send("POST", path, Some((content_type, body)))
            .unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    /// Any request, for callers that live with a service that dies under them.
    pub fn try_send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<(&str, &[u8])>,
    ) -> io::Result<Answer> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        for (name, value) in &self.headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some((content_type, body)) = body {
            request.push_str(&format!("Content-Type: {content_type}\r\n"));
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        let mut bytes = (request + "\r\n").into_bytes();
        bytes.extend_from_slice(body.map_or(&[], |(_, body)| body));
        self.try_raw(&bytes)
    }

    /// Sends exactly these bytes and reads one answer. A kept connection that the service has
    /// closed in the meantime is replaced once.
    pub fn try_raw(&mut self, request: &[u8]) -> io::Result<Answer> {
        if let Some(kept) = self.connection.take()
            && let Ok(answer) = self.exchange(kept, request)
        {
            return Ok(answer);
        }
        let stream = self.connect()?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        self.exchange(BufReader::new(stream), request)
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let Some(from) = self.from else {
            return TcpStream::connect(self.address);
        };
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((from, 0)).into())?;
        socket.connect(&self.address.into())?;
        Ok(socket.into())
    }

    fn exchange(
        &mut self,
        mut connection: BufReader<TcpStream>,
        request: &[u8],
    ) -> io::Result<Answer> {
        // A server may answer and close before it has taken everything: its answer counts.
        let sent = connection.get_mut().write_all(request);
        let answer = read_answer(&mut connection, request.starts_with(b"HEAD "));
        match (&answer, sent) {
            (Ok(whole), Ok(())) if whole.header("connection") != Some("close") => {
                self.connection = Some(connection);
            }
            (Err(_), Err(error)) => return Err(error),
            _ => {}
        }
        answer
    }
}

impl Answer {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as a page.
    pub fn page(&self) -> Page {
        Page::parse(&self.text())
    }
}

/// Reads one answer, decompressed; of an answer to HEAD the head alone.
pub fn read_answer(from: &mut impl BufRead, head_only: bool) -> io::Result<Answer> {
    let mut wire = 0;
    let status_line = read_line(from, &mut wire)?;
    let status = status_line
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("no status in {status_line:?}")))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(from, &mut wire)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_string()));
    }
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
        wire,
    };
    if head_only || status == 204 || status == 304 {
        return Ok(answer);
    }
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = read_chunks(from, &mut answer.wire)?;
    } else if let Some(length) = answer.header("content-length") {
        let length: usize = length.parse().map_err(io::Error::other)?;
        answer.body = vec![0; length];
        from.read_exact(&mut answer.body)?;
        answer.wire += length;
    } else {
        answer.wire += from.read_to_end(&mut answer.body)?;
    }
    if answer.header("content-encoding") == Some("gzip") {
        let mut plain = Vec::new();
        GzDecoder::new(answer.body.as_slice()).read_to_end(&mut plain)?;
        answer.body = plain;
    }
    Ok(answer)
}

fn read_chunks(from: &mut impl BufRead, wire: &mut usize) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = read_line(from, wire)?;
        let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
        let start = body.len();
        body.resize(start + size, 0);
        from.read_exact(&mut body[start..])?;
        *wire += size;
        read_line(from, wire)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

fn read_line(from: &mut impl BufRead, wire: &mut usize) -> io::Result<String> {
    let mut line = Vec::new();
    let read = from.read_until(b'\n', &mut line)?;
    if read == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    *wire += read;
    Ok(String::from_utf8_lossy(&line).trim_end().to_string())
}
