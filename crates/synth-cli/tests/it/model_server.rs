//! A llama.cpp server that says what a test wants, and nothing of its own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where a server says what it is, and what it says.
const PROPS: (&str, &str) = (
    "/props",
    r#"{"model_path":"/models/tiny.gguf","build_info":"b1","total_slots":2,
    "default_generation_settings":{"n_ctx":4096}}"#,
);
const MODELS: (&str, &str) = ("/v1/models", r#"{"data":[{"id":"m","owned_by":"somebody"}]}"#);

/// What happens to one question: bytes that are sent, or an end without any.
pub(crate) enum Said {
    Bytes(Vec<u8>),
    /// Nothing, until the client hangs up.
    Silence,
    /// One byte after the other, slowly.
    Drip(Vec<u8>),
}

impl Said {
    pub(crate) fn http(status: u16, head: &str, body: &str) -> Self {
        let n_bytes = body.len();
        Self::Bytes(
            format!(
                "HTTP/1.1 {status} Said\r\n{head}Content-Length: {n_bytes}\r\nConnection: close\r\n\r\n{body}"
            )
            .into_bytes(),
        )
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::http(200, "", &serde_json::json!({"content": text, "stop_type": "word"}).to_string())
    }
}

type Says = dyn Fn(usize, &str) -> Said + Send + Sync;

/// Runs until it is dropped.
pub(crate) struct ModelServer {
    pub(crate) url: String,
    port: u16,
    is_over: Arc<AtomicBool>,
    /// Heads and bodies of all requests, questions about the server too.
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

impl ModelServer {
    /// The same with a server that speaks as OpenAI's do.
    pub(crate) fn start_openai(says: impl Fn(usize, &str) -> Said + Send + Sync + 'static) -> Self {
        Self::start_as(MODELS, says)
    }

    pub(crate) fn start(says: impl Fn(usize, &str) -> Said + Send + Sync + 'static) -> Self {
        Self::start_as(PROPS, says)
    }

    /// `says` gets the number of the question and its text; questions about the server are answered.
    fn start_as(
        about: (&'static str, &'static str),
        says: impl Fn(usize, &str) -> Said + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (is_over, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let says: Arc<Says> = Arc::new(says);
        let (over, all, n_asked) = (Arc::clone(&is_over), Arc::clone(&asked), Arc::new(AtomicUsize::new(0)));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (says, all, n_asked) = (Arc::clone(&says), Arc::clone(&all), Arc::clone(&n_asked));
                std::thread::spawn(move || serve(stream.unwrap(), about, &*says, (&all, &n_asked)));
            }
        });
        Self { url: format!("http://127.0.0.1:{port}"), port, is_over, asked }
    }

    /// The questions that the model was asked.
    pub(crate) fn questions(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.starts_with("POST")).cloned().collect()
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn serve(
    mut stream: TcpStream,
    (route, about): (&str, &str),
    says: &Says,
    (all, n_asked): (&Mutex<Vec<String>>, &AtomicUsize),
) {
    let Some(asked) = read(&mut stream) else { return };
    all.lock().unwrap().push(asked.clone());
    let said = match asked.split(' ').nth(1) {
        Some(asked) if asked == route => Said::http(200, "", about),
        Some(_) if asked.starts_with("GET") => Said::http(404, "", "{}"),
        Some(_) => says(n_asked.fetch_add(1, Ordering::SeqCst), &asked),
        None => return,
    };
    match said {
        Said::Bytes(bytes) => drop(stream.write_all(&bytes)),
        Said::Silence => drop(stream.read_to_end(&mut Vec::new())),
        Said::Drip(bytes) => {
            for byte in bytes {
                if stream.write_all(&[byte]).is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

/// Reads a request to the end of the body that its head announces.
fn read(stream: &mut TcpStream) -> Option<String> {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            if body.len() >= length.map_or(0, |length| length.trim().parse().unwrap()) {
                return Some(text);
            }
        }
        match stream.read(&mut chunk) {
            Ok(n_read) if n_read > 0 => bytes.extend_from_slice(&chunk[..n_read]),
            _ => return None,
        }
    }
}
