//! A server that says what it is when asked, and plays a list of steps for the questions that follow.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What happens on one connection, after the question was read.
#[derive(Clone)]
pub(crate) enum Step {
    /// These bytes, then the end.
    Raw(Vec<u8>),
    /// Nothing, until the client hangs up.
    Silence,
    /// These bytes, one every few milliseconds.
    Drip(Vec<u8>),
    /// The end, before a byte was said.
    Cut,
}

impl Step {
    pub(crate) fn reply(status: u16, body: &str) -> Self {
        Self::Raw(http(status, body).into_bytes())
    }

    /// A completion as llama.cpp sends it.
    pub(crate) fn says(text: &str) -> Self {
        Self::reply(200, &serde_json::json!({"content": text, "stop_type": "eos"}).to_string())
    }

    /// An answer in a chat.
    pub(crate) fn chats(text: &str) -> Self {
        Self::reply(200, &chat(text, "stop"))
    }
}

pub(crate) fn chat(text: &str, finish_reason: &str) -> String {
    let choice = serde_json::json!({"message": {"content": text}, "finish_reason": finish_reason});
    serde_json::json!({"choices": [choice]}).to_string()
}

pub(crate) fn http(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// What a server answers to questions about itself, by route; 404 for others.
pub(crate) type About = &'static [(&'static str, &'static str)];

pub(crate) const LLAMA: About = &[(
    "/props",
    r#"{"model_path":"/models/tiny.gguf","build_info":"b1","total_slots":1,"default_generation_settings":{"n_ctx":2048}}"#,
)];

pub(crate) struct Fake {
    pub(crate) url: String,
    port: u16,
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
    questions: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    /// The last step is repeated for all questions behind it.
    pub(crate) fn start(about: About, steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its number").port();
        let questions = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let (said, over) = (Arc::clone(&questions), Arc::clone(&is_over));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (steps, said) = (steps.clone(), Arc::clone(&said));
                std::thread::spawn(move || serve(stream.expect("a connection"), about, &steps, &said));
            }
        });
        Self { url: format!("http://127.0.0.1:{port}"), port, is_over, thread, questions }
    }

    /// Ends the server and returns what was asked beside questions about itself, in order.
    pub(crate) fn finish(self) -> Vec<String> {
        self.is_over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        self.thread.join().expect("the server ended");
        self.questions.lock().expect("no panic").clone()
    }
}

fn serve(mut stream: TcpStream, about: About, steps: &[Step], said: &Mutex<Vec<String>>) {
    let Some(question) = read_question(&mut stream) else { return };
    if let Some(route) = question.strip_prefix("GET ") {
        let route = route.split([' ', '?']).next().unwrap_or_default();
        let body = about.iter().find(|(known, _)| *known == route);
        let reply = body.map_or_else(|| http(404, "{}"), |(_, body)| http(200, body));
        drop(stream.write_all(reply.as_bytes()));
        return;
    }
    let at = {
        let mut said = said.lock().expect("no panic");
        said.push(question);
        said.len() - 1
    };
    // A client that hung up early is part of the test.
    match &steps[at.min(steps.len() - 1)] {
        Step::Raw(bytes) => drop(stream.write_all(bytes)),
        Step::Silence => drop(stream.read_to_end(&mut Vec::new())),
        Step::Drip(bytes) => {
            for byte in bytes {
                if stream.write_all(&[*byte]).is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Step::Cut => {}
    }
}

/// Reads up to the end of the body that the head announces; `None` if the client hangs up before.
fn read_question(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            if body.len() >= length.map_or(0, |length| length.trim().parse().expect("a number")) {
                return Some(text);
            }
        }
        match stream.read(&mut chunk) {
            Ok(n_read) if n_read > 0 => bytes.extend_from_slice(&chunk[..n_read]),
            _ => return None,
        }
    }
}
