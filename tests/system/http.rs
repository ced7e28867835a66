//! HTTP, as plainly as it can be asked for.

use std::io::{Read, Write};
use std::net::TcpStream;

/// An answer.
pub(crate) struct Answer {
    /// Its first line and its headers, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Asks `http://ADDRESS/`; `more` is further header lines.
pub(crate) fn ask(page: &str, method: &str, path: &str, more: &str) -> Answer {
    let address = page.trim_start_matches("http://").trim_end_matches('/');
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{more}\r\n")
        .unwrap();
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Answer { head: head.to_lowercase(), body: body.to_owned() }
}

/// Asks for what anybody may see.
pub(crate) fn get(page: &str, path: &str) -> Answer {
    ask(page, "GET", path, "")
}
