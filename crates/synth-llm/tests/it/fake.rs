//! A server that plays a list of steps, one connection each.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

/// What happens on one connection, after the question was read.
pub(crate) enum Step {
    /// These bytes, then the end.
    Raw(String),
    /// Nothing, until the client hangs up.
    Silence,
}

impl Step {
    pub(crate) fn reply(status: u16, body: &str) -> Self {
        Self::Raw(http(status, body))
    }
}

pub(crate) fn http(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

pub(crate) struct Fake {
    pub(crate) url: String,
    thread: JoinHandle<Vec<String>>,
}

impl Fake {
    pub(crate) fn start(steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its number"));
        let thread = std::thread::spawn(move || {
            steps.iter().map(|step| play(listener.accept().expect("a connection").0, step)).collect()
        });
        Self { url, thread }
    }

    /// Waits for the last step and returns what was asked, in order.
    pub(crate) fn finish(self) -> Vec<String> {
        self.thread.join().expect("the server did its steps")
    }
}

fn play(mut stream: TcpStream, step: &Step) -> String {
    let question = read_question(&mut stream);
    match step {
        // A client that hung up early is part of the test.
        Step::Raw(bytes) => drop(stream.write_all(bytes.as_bytes())),
        Step::Silence => drop(stream.read_to_end(&mut Vec::new())),
    }
    question
}

/// Reads up to the end of the body that the head announces.
fn read_question(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            if body.len() >= length.map_or(0, |length| length.trim().parse().expect("a number")) {
                return text;
            }
        }
        let n_read = stream.read(&mut chunk).expect("a question");
        assert!(n_read > 0, "the client hung up within its question");
        bytes.extend_from_slice(&chunk[..n_read]);
    }
}
